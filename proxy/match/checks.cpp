#include "match/checks.hpp"

#include <algorithm>
#include <array>
#include <cmath>

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

bool passes_iban(std::string_view text) noexcept {
  constexpr std::size_t shortest = 15, longest = 34;
  std::array<char, longest> digits{};
  std::size_t size = 0;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const bool good = (upper >= 'A' && upper <= 'Z') || (upper >= '0' && upper <= '9');
    if (!good || size == longest) return false;
    digits[size++] = upper;
  }
  const auto is_digit = [&](std::size_t i) { return digits[i] <= '9'; };
  if (size < shortest || is_digit(0) || is_digit(1) || !is_digit(2) || !is_digit(3)) return false;
  std::rotate(digits.begin(), digits.begin() + 4, digits.begin() + static_cast<std::ptrdiff_t>(size));
  unsigned rest = 0;
  for (std::size_t i = 0; i < size; ++i) {
    rest = is_digit(i) ? rest * 10 + static_cast<unsigned>(digits[i] - '0') : rest * 100 + static_cast<unsigned>(digits[i] - 'A' + 10);
    rest %= 97;
  }
  return rest == 1;
}

double entropy_bits(std::string_view text) noexcept {
  if (text.empty()) return 0;
  std::array<std::uint32_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  const auto size = static_cast<double>(text.size());
  double bits = 0;
  for (const std::uint32_t count : counts) {
    if (count == 0) continue;
    const double share = count / size;
    bits -= share * std::log2(share);
  }
  return bits;
}

bool passes(check what, std::string_view text, double entropy_min) noexcept {
  switch (what) {
    case check::none: return true;
    case check::luhn: return passes_luhn(text);
    case check::iban: return passes_iban(text);
    case check::entropy: return entropy_bits(text) > entropy_min;
  }
  return false;
}

}  // namespace stoplog::match
