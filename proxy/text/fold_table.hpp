// The layout of the generated fold table (cmake/fold_table.py).
//
// cells[block_of[c >> block_bits] << block_bits | c & (block_size - 1)] says what
// code point c folds to: itself, nothing, or the UTF-8 text
// pool[starts[cell]] .. pool[starts[cell + 1]]. Equal blocks are stored once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stoplog::text::fold_table {

inline constexpr unsigned block_bits = 7;
inline constexpr std::size_t longest = 40;  // bytes of one text, at most

inline constexpr std::uint16_t identity = 0;
inline constexpr std::uint16_t dropped = 1;

extern const std::uint8_t block_of[];
extern const std::uint16_t cells[];
extern const std::uint16_t starts[];
extern const char pool[];

inline std::uint16_t cell(char32_t c) noexcept {
  constexpr char32_t in_block = (1U << block_bits) - 1;
  return cells[(static_cast<std::size_t>(block_of[c >> block_bits]) << block_bits) | (c & in_block)];
}

inline std::string_view text(std::uint16_t cell) noexcept {
  return {pool + starts[cell], static_cast<std::size_t>(starts[cell + 1] - starts[cell])};
}

}  // namespace stoplog::text::fold_table
