// What has changed between two sets of packs and policies.
#pragma once

#include "config/load.hpp"

#include <string>
#include <vector>

namespace stoplog::cli {

struct change {
  std::string of;    // "pack credentials", "policy default"
  std::string what;  // "rule CRED-001", "exception EXC-1", "defaults"; empty: itself
  std::string how;   // "added", "removed", "version 1.0.0 -> 1.1.0", "mode shadow -> enforce", "changed: match, tests"
  stoplog::place place;  // in the new set; in the old one of what was removed
};

// In the order of the names. Of several versions of a pack the latest counts.
std::vector<change> differences(const config::documents& before, const config::documents& after);

}  // namespace stoplog::cli
