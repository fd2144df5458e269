// Erases captured content whose time is over: first the log says so, durably,
// then the bytes go; a segment of which nothing is left goes whole.
#pragma once

#include "audit/log.hpp"
#include "base/clock.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>

namespace stoplog::audit {

// While a file of this name lies in the folder nothing is retired or erased.
inline constexpr const char* hold_name = "hold";

// Whether there is one, or that cannot be told.
bool is_held(const std::filesystem::path& directory);

class content_expiry {
 public:
  // One look. How many texts went. `longest`: how long records are kept, which
  // their content does not outlive; zero: for ever. Errors: audit_unavailable.
  result<std::size_t> sweep(const std::filesystem::path& directory, std::chrono::milliseconds longest, log& to, wall_time now);

 private:
  struct seen_segment {
    std::uint64_t bytes = 0;            // when it was read; a segment that grew is read again
    std::optional<wall_time> next;      // when something in it is due; nothing: never
    bool empty = false;                 // all of it is erased
  };
  std::map<std::uint64_t, seen_segment> seen_;
};

}  // namespace stoplog::audit
