#include "config/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace stoplog::config {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// The length of the sequence at the start of `rest`, 0 if it is none.
std::size_t sequence_length(std::string_view rest) noexcept {
  const auto lead = static_cast<unsigned char>(rest[0]);
  std::size_t length = 0;
  std::uint32_t value = 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) length = 2, value = lead & 0x1FU;
  if (lead >= 0xE0 && lead <= 0xEF) length = 3, value = lead & 0x0FU;
  if (lead >= 0xF0 && lead <= 0xF4) length = 4, value = lead & 0x07U;
  if (length == 0 || rest.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(rest[i])) return 0;
    value = value << 6U | (static_cast<unsigned char>(rest[i]) & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  return overlong || surrogate || value > 0x10FFFF ? 0 : length;
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F; }

}  // namespace

std::optional<std::size_t> first_byte_not_text(std::string_view bytes) noexcept {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = sequence_length(bytes.substr(at));
    if (length == 0 || is_control(bytes[at])) return at;
    at += length;
  }
  return std::nullopt;
}

std::size_t code_points(std::string_view text) noexcept {
  return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}

}  // namespace stoplog::config
