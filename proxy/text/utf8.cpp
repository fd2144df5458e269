#include "text/utf8.hpp"

#include "text/ascii.hpp"

namespace stoplog::text {

namespace {

struct sequence {
  std::uint8_t length;            // 0: no sequence starts with this byte
  std::uint8_t lowest, highest;   // the range of the second byte
};

// Table 3-7 of the Unicode standard.
constexpr sequence starts_with(std::uint8_t lead) noexcept {
  if (lead < 0x80) return {1, 0, 0};
  if (lead < 0xC2) return {0, 0, 0};
  if (lead < 0xE0) return {2, 0x80, 0xBF};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead < 0xF0) return {3, 0x80, 0xBF};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead < 0xF4) return {4, 0x80, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

utf8_decoder::outcome utf8_decoder::push(char byte) noexcept {
  const auto value = static_cast<std::uint8_t>(byte);
  if (failed_) return outcome::invalid;
  if (seen_ == 0) {
    const sequence s = starts_with(value);
    failed_ = s.length == 0;
    if (failed_) return outcome::invalid;
    length_ = s.length;
    if (s.length == 1) {
      code_point_ = value;
      return outcome::complete;
    }
    code_point_ = value & (0x7FU >> s.length);
    lowest_ = s.lowest;
    highest_ = s.highest;
    seen_ = 1;
    return outcome::need_more;
  }
  failed_ = value < lowest_ || value > highest_;
  if (failed_) return outcome::invalid;
  code_point_ = code_point_ << 6 | (value & 0x3FU);
  lowest_ = 0x80;
  highest_ = 0xBF;
  if (++seen_ < length_) return outcome::need_more;
  seen_ = 0;
  return outcome::complete;
}

std::optional<decoded> decode_front(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const sequence s = starts_with(byte(0));
  if (s.length == 1) return decoded{byte(0), 1};
  if (s.length == 0 || text.size() < s.length || byte(1) < s.lowest || byte(1) > s.highest) return std::nullopt;
  char32_t code_point = byte(0) & (0x7FU >> s.length);
  for (std::size_t i = 1; i < s.length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    code_point = code_point << 6 | (byte(i) & 0x3FU);
  }
  return decoded{code_point, s.length};
}

void append_utf8(std::string& out, char32_t c) {
  const auto tail = [c](unsigned shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += {static_cast<char>(0xC0 | (c >> 6)), tail(0)};
  } else if (c < 0x10000) {
    out += {static_cast<char>(0xE0 | (c >> 12)), tail(6), tail(0)};
  } else {
    out += {static_cast<char>(0xF0 | (c >> 18)), tail(12), tail(6), tail(0)};
  }
}

bool utf8_validator::feed(std::string_view piece) noexcept {
  while (!piece.empty()) {
    if (decoder_.pending() == 0 && !decoder_.failed()) {
      piece.remove_prefix(ascii_prefix(piece));
      if (piece.empty()) break;
    }
    if (decoder_.push(piece.front()) == utf8_decoder::outcome::invalid) return false;
    piece.remove_prefix(1);
  }
  return !decoder_.failed();
}

bool is_utf8(std::string_view text) noexcept {
  utf8_validator validator;
  return validator.feed(text) && validator.pending() == 0;
}

}  // namespace stoplog::text
