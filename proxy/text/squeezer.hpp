// The squeezed view: the letters of the folded view without what stands between
// them, so that s e c r e t and s.e.c.r.e.t are the word.
//
// Of every eight characters in a row that are no letters the last one becomes a
// line feed: text further apart belongs to other words, and a stretch of the view
// stands for a bounded stretch of the text.
#pragma once

#include "text/offset_map.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace stoplog::text {

// ASCII letters, and the letters of all other scripts, by whole blocks. Of the
// folded view.
bool is_letter(char32_t folded) noexcept;

// Whether a text that matched in the squeezed view was spelled apart: between most
// of its letters stands something else.
bool is_spelled_apart(std::string_view folded) noexcept;

class squeezer {
 public:
  static constexpr std::uint32_t gap_max = 7;   // characters between letters of one word

  // Appends what the folded text, whole characters, becomes, and maps it.
  void feed(std::string_view folded, std::string& squeezed, offset_map& map);

 private:
  std::uint32_t gap_ = 0;
};

// The whole of a folded text.
std::string squeeze(std::string_view folded);

}  // namespace stoplog::text
