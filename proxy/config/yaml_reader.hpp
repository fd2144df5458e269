// YAML text -> a plain tree. Only what two people read alike is taken: no
// anchors, aliases, merge keys, tags or second documents, and no key twice.
// Scalars stay text here: what they mean is decided by who reads them.
#pragma once

#include "base/place.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::config {

inline constexpr std::size_t file_bytes_max = 8 * 1024 * 1024;
inline constexpr std::size_t yaml_depth_max = 32;

// Lines and columns start at 1; columns count bytes.
struct position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct node {
  enum class kind : std::uint8_t { null, scalar, list, map, broken };
  kind what = kind::null;    // broken: told already, not to be read
  bool quoted = false;
  position at;
  std::string text;          // of a scalar
  std::vector<node> keys;    // of a map: scalars, in their order
  std::vector<node> items;   // of a list; of a map the value of each key

  // The value of a key; null if the map has none.
  const node* find(std::string_view key) const noexcept;
};

// Nothing if there is no tree to speak of; what was wrong is in `found` then
// and, for a tree with faults that leave the rest readable, otherwise too.
std::optional<node> read_yaml(std::string_view text, const std::string& file, problems& found);

}  // namespace stoplog::config
