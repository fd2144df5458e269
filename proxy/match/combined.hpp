// What whoever joins texts must know of the rules with `all` and `at_least`.
#pragma once

#include "base/surface.hpp"
#include "match/database.hpp"

#include <cstdint>

namespace stoplog::match {

// The largest distance of those that apply there, in bytes; 0: there are none.
// Of rules with many different scopes it may be that of others too.
std::uint32_t combined_within(const database& rules, surface where) noexcept;

}  // namespace stoplog::match
