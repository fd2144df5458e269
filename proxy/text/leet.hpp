// The leet view: the folded view with digits and signs that stand for letters as
// those letters, one byte for one byte. i and l look alike to whoever writes so.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace stoplog::text {

inline constexpr std::array<char, 256> leet_table = [] {
  std::array<char, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) table[byte] = static_cast<char>(byte);
  constexpr std::pair<char, char> spellings[] = {{'0', 'o'}, {'1', 'i'}, {'3', 'e'}, {'4', 'a'}, {'5', 's'}, {'7', 't'},
                                                 {'8', 'b'}, {'9', 'g'}, {'@', 'a'}, {'$', 's'}, {'|', 'i'}, {'l', 'i'}};
  for (const auto& [sign, letter] : spellings) table[static_cast<unsigned char>(sign)] = letter;
  return table;
}();

// Of a byte of the folded view.
constexpr char leet(char folded) noexcept { return leet_table[static_cast<unsigned char>(folded)]; }

}  // namespace stoplog::text
