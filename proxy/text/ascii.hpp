// Plain loops over blocks of a fixed size, which the compiler turns into vector
// code: most text is ASCII and must cost next to nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stoplog::text {

inline constexpr std::size_t ascii_block = 32;

// The number of bytes at the start of `text` that are ASCII.
inline std::size_t ascii_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  while (text.size() - at >= ascii_block) {
    std::uint8_t seen = 0;
    for (std::size_t i = 0; i < ascii_block; ++i) seen |= static_cast<std::uint8_t>(text[at + i]);
    if (seen >= 0x80) break;
    at += ascii_block;
  }
  while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0x80) ++at;
  return at;
}

// ASCII that stays one byte under folding: printable, tab, LF and CR.
constexpr bool folds_to_one_byte(char c) noexcept {
  return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\r';
}

constexpr char to_lower(char c) noexcept {
  return static_cast<char>(c + ((c >= 'A' && c <= 'Z') ? 'a' - 'A' : 0));
}

}  // namespace stoplog::text
