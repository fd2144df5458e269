#include "base/decision_id.hpp"

#include "base/hex.hpp"

namespace stoplog {

decision_id decision_id::make(wall_time at, const std::array<std::uint8_t, 10>& random) noexcept {
  decision_id id;
  const auto ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
  for (std::size_t i = 0; i < 6; ++i) id.bytes_[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  for (std::size_t i = 0; i < 10; ++i) id.bytes_[6 + i] = random[i];
  id.bytes_[6] = static_cast<std::uint8_t>((id.bytes_[6] & 0x0FU) | 0x70U);  // version 7
  id.bytes_[8] = static_cast<std::uint8_t>((id.bytes_[8] & 0x3FU) | 0x80U);  // variant 10
  return id;
}

std::optional<decision_id> decision_id::parse(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  decision_id id;
  std::size_t at = 0;
  for (auto& byte : id.bytes_) {
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (text[at++] != '-') return std::nullopt;
    }
    const int high = hex_digit(text[at]);
    const int low = hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return id;
}

std::string decision_id::to_string() const {
  std::string text = to_hex(bytes_);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace stoplog
