// Points in time as people write them.
#pragma once

#include "base/clock.hpp"

#include <optional>
#include <string_view>

namespace stoplog::audit {

// RFC 3339: 2026-11-23T08:15:30.000125Z, 2026-11-23t09:15:30+01:00, or a space
// for the T. Digits beyond the microsecond are cut off. A leap second reads as
// the second after it.
std::optional<wall_time> parse_rfc3339(std::string_view text);

// RFC 3339, or how long ago: a number and one of s m h d w, as in 15m.
std::optional<wall_time> parse_time(std::string_view text, wall_time now);

}  // namespace stoplog::audit
