// What becomes of the parts of a request or an answer that no rule can judge as
// the texts they are: those that cannot be read, and those that nobody knows.
#pragma once

#include "base/surface.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace stoplog::policy {

// `pass`: an opaque part goes on unread, an unknown one is scanned.
enum class part_action : std::uint8_t { pass, refuse };

// As it was said; what is not said passes.
struct part_actions {
  using said = std::map<std::string, part_action, std::less<>>;
  static constexpr std::string_view otherwise = "default";
  said opaque;   // by kind (image_url, ...), and `otherwise`
  said unknown;  // members and events, by direction

  bool refuses_opaque(std::string_view kind) const;
  bool refuses_unknown(direction d) const;
};

}  // namespace stoplog::policy
