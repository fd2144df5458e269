// Time as values: pure code takes these as arguments and never asks for them.
#pragma once

#include <chrono>
#include <string>

namespace stoplog {

using wall_time = std::chrono::sys_time<std::chrono::microseconds>;
using duration = std::chrono::milliseconds;

inline wall_time wall_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// RFC 3339 in UTC with microseconds: 2026-11-23T08:15:30.000125Z.
std::string to_rfc3339(wall_time t);

}  // namespace stoplog
