// Names with stars.
#pragma once

#include <string_view>

namespace stoplog::policy {

// `*` in the pattern takes any run of characters, also none; everything else
// is literal and case counts.
bool pattern_takes(std::string_view pattern, std::string_view name) noexcept;

}  // namespace stoplog::policy
