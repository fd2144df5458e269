// Finds a key that stands twice, in a time that no choice of keys makes quadratic.
#pragma once

#include <span>
#include <string_view>

namespace stoplog::json {

// Reorders `keys` when there are many.
bool has_duplicate(std::span<std::string_view> keys) noexcept;

}  // namespace stoplog::json
