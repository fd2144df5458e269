// Literal texts that every match of a pattern has: at its begin, at its end, or
// somewhere inside. Stream matching looks for these instead of for patterns.
#pragma once

#include "match/pattern.hpp"
#include "match/syntax.hpp"

#include <string>
#include <vector>

namespace stoplog::match {

enum class literal_side : std::uint8_t { begin, end };

// Every match of `n` begins (ends) with one of these; empty when no such set of
// non-empty texts within the limits of pattern.hpp is known. None of them is
// the begin (end) of another.
std::vector<std::string> edge_literals(const syntax::node& n, literal_side side);

// Every match of `n` contains one of these; the set that is least likely to be
// met by chance among those that were found. `prefixes` are the edge_literals
// at its begin.
required_literal inner_literals(const syntax::node& n, std::vector<std::string> prefixes);

}  // namespace stoplog::match
