#include "match/checks.hpp"

namespace stoplog::match {

bool passes_luhn(std::string_view text) noexcept {
  int sum = 0;
  int digits = 0;
  for (auto at = text.rbegin(); at != text.rend(); ++at) {
    if (*at < '0' || *at > '9') continue;
    int value = *at - '0';
    if (digits % 2 == 1) value = value > 4 ? value * 2 - 9 : value * 2;
    sum += value;
    ++digits;
  }
  return digits >= 2 && sum % 10 == 0;
}

bool passes(check what, std::string_view text) noexcept {
  return what == check::none || passes_luhn(text);
}

}  // namespace stoplog::match
