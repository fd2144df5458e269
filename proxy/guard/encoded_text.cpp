#include "guard/encoded_text.hpp"

#include "text/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace stoplog::guard {
namespace {

constexpr std::string_view marker = ";base64,";
constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Both alphabets are read: some encoders write - and _ for + and /.
int value_of(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

bool is_text_byte(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

// False as soon as a byte comes that no text has: most data ends here at once.
bool decode(std::string_view from, std::string& to) {
  while (from.ends_with('=') || from.ends_with('\n') || from.ends_with('\r')) from.remove_suffix(1);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : from) {
    if (c == '\r' || c == '\n') continue;
    const int value = value_of(c);
    if (value < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    to += static_cast<char>(bits >> count & 0xFF);
    if (!is_text_byte(to.back())) return false;
  }
  return count < 6;
}

std::string encode(std::string_view from) {
  std::string to;
  for (std::size_t at = 0; at < from.size(); at += 3) {
    const auto byte = [&](std::size_t i) { return at + i < from.size() ? static_cast<unsigned char>(from[at + i]) : 0U; };
    const std::uint32_t bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    to += digits[bits >> 18];
    to += digits[bits >> 12 & 63];
    to += at + 1 < from.size() ? digits[bits >> 6 & 63] : '=';
    to += at + 2 < from.size() ? digits[bits & 63] : '=';
  }
  return to;
}

}  // namespace

std::string encoded_text::with(std::string_view other) const { return std::string(head) + encode(other); }

std::optional<encoded_text> read_encoded(std::string_view value) {
  const std::size_t at = value.substr(0, 256).find(marker);
  const std::size_t payload = at == std::string_view::npos ? 0 : at + marker.size();
  encoded_text made{value.substr(0, payload), {}};
  if (!decode(value.substr(payload), made.text) || made.text.empty() || !text::is_utf8(made.text)) return std::nullopt;
  return made;
}

}  // namespace stoplog::guard
