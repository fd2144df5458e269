// The prefix closure of a pattern.
#pragma once

#include "match/syntax.hpp"

#include <string>

namespace stoplog::match {

// A pattern that matches every prefix of every match of `n`. With Pre for it:
//   Pre(c) = c?    Pre(AB) = Pre(A) | A Pre(B)    Pre(A|B) = Pre(A) | Pre(B)
//   Pre(x{m,n}) = x{0,n-1} Pre(x)                 Pre(\b) = nothing
// Empty when it would be longer than `bytes_max`.
std::string closure_of(const syntax::node& n, std::size_t bytes_max);

}  // namespace stoplog::match
