// A rule as one policy uses it.
#pragma once

#include "policy/rule.hpp"

#include <cstdint>
#include <string>

namespace stoplog::policy {

struct active_rule {
  std::string id;
  std::string title;
  std::string pack;
  std::string pack_version;
  stoplog::severity severity = severity::medium;
  std::string category;
  stoplog::policy::action action = action::observe;
  stoplog::policy::mode mode = mode::shadow;
  std::uint32_t percent = 0;  // of canary
  std::string message;
  stoplog::place place;
};

}  // namespace stoplog::policy
