#include "json/duplicates.hpp"

#include <algorithm>

namespace stoplog::json {

bool has_duplicate(std::span<std::string_view> keys) noexcept {
  constexpr std::size_t few = 12;  // up to here comparing all pairs beats sorting
  if (keys.size() <= few) {
    for (std::size_t i = 1; i < keys.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (keys[i] == keys[k]) return true;
      }
    }
    return false;
  }
  // Sorted rather than hashed: without a secret seed hashes can be made to collide.
  std::sort(keys.begin(), keys.end(), [](std::string_view a, std::string_view b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

}  // namespace stoplog::json
