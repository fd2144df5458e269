#include "base/clock.hpp"

#include <cstdio>

namespace stoplog {

std::string to_rfc3339(wall_time t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  char text[48];
  const int written = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02ld:%02ld:%02ld.%06ldZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<long>(time.hours().count()),
      static_cast<long>(time.minutes().count()), static_cast<long>(time.seconds().count()),
      static_cast<long>(time.subseconds().count()));
  return {text, static_cast<std::size_t>(written)};
}

}  // namespace stoplog
