#include "audit/timestamp.hpp"

#include <cstdint>

namespace stoplog::audit {
namespace {

// Takes what it reads off the front of the text.
class taker {
 public:
  explicit taker(std::string_view text) : rest_(text) {}

  bool ended() const noexcept { return rest_.empty(); }
  bool any_of(std::string_view choices) noexcept {
    if (rest_.empty() || choices.find(rest_.front()) == std::string_view::npos) return false;
    taken_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  char taken() const noexcept { return taken_; }
  // Exactly `width` digits with a value in [least, most].
  bool digits(std::size_t width, int least, int most, int& value) noexcept {
    value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (!any_of("0123456789")) return false;
      value = value * 10 + (taken_ - '0');
    }
    return value >= least && value <= most;
  }

 private:
  std::string_view rest_;
  char taken_ = 0;
};

std::optional<std::chrono::sys_days> take_date(taker& from) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!from.digits(4, 0, 9999, year) || !from.any_of("-") || !from.digits(2, 1, 12, month) || !from.any_of("-") ||
      !from.digits(2, 1, 31, day)) {
    return {};
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return {};
  return std::chrono::sys_days{date};
}

std::optional<std::chrono::microseconds> take_fraction(taker& from) {
  std::int64_t value = 0;
  int count = 0;
  while (from.any_of("0123456789")) {
    if (count < 6) value = value * 10 + (from.taken() - '0');
    if (++count > 18) return {};
  }
  if (count == 0) return {};
  for (int i = count; i < 6; ++i) value *= 10;
  return std::chrono::microseconds{value};
}

std::optional<std::chrono::minutes> take_offset(taker& from) {
  if (from.any_of("Zz")) return std::chrono::minutes{0};
  if (!from.any_of("+-")) return {};
  const int sign = from.taken() == '-' ? -1 : 1;
  int hours = 0;
  int minutes = 0;
  if (!from.digits(2, 0, 23, hours) || !from.any_of(":") || !from.digits(2, 0, 59, minutes)) return {};
  return std::chrono::minutes{sign * (hours * 60 + minutes)};
}

}  // namespace

std::optional<wall_time> parse_rfc3339(std::string_view text) {
  taker from{text};
  const auto date = take_date(from);
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!date || !from.any_of("Tt ") || !from.digits(2, 0, 23, hour) || !from.any_of(":") ||
      !from.digits(2, 0, 59, minute) || !from.any_of(":") || !from.digits(2, 0, 60, second)) {
    return {};
  }
  std::chrono::microseconds fraction{0};
  if (from.any_of(".")) {
    const auto taken = take_fraction(from);
    if (!taken) return {};
    fraction = *taken;
  }
  const auto offset = take_offset(from);
  if (!offset || !from.ended()) return {};
  return wall_time{*date} + std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second} +
         fraction - *offset;
}

std::optional<wall_time> parse_time(std::string_view text, wall_time now) {
  if (text.size() < 2 || text.size() > 10 || text.find_first_not_of("0123456789") != text.size() - 1) {
    return parse_rfc3339(text);
  }
  std::int64_t amount = 0;
  for (const char digit : text.substr(0, text.size() - 1)) amount = amount * 10 + (digit - '0');
  std::int64_t seconds = 0;
  switch (text.back()) {
    case 's': seconds = 1; break;
    case 'm': seconds = 60; break;
    case 'h': seconds = 60 * 60; break;
    case 'd': seconds = 24 * 60 * 60; break;
    case 'w': seconds = 7 * 24 * 60 * 60; break;
    default: return {};
  }
  constexpr std::int64_t longest = 100LL * 365 * 24 * 60 * 60;  // beyond a century it is a typing error
  if (amount * seconds > longest) return {};
  return now - std::chrono::seconds{amount * seconds};
}

}  // namespace stoplog::audit
