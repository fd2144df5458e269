#include "text/squeezer.hpp"

#include "text/utf8.hpp"

#include <algorithm>
#include <array>

namespace stoplog::text {
namespace {

struct range {
  char32_t first, last;
};

// Blocks of letters and syllables; a few signs among them do no harm.
constexpr std::array<range, 18> letters{{
    {0x00AA, 0x00AA}, {0x00B5, 0x00B5}, {0x00BA, 0x00BA},   {0x00C0, 0x00D6},   {0x00D8, 0x00F6},   {0x00F8, 0x1FFF},
    {0x2C00, 0x2DFF}, {0x2E80, 0x2FDF}, {0x3005, 0x3007},   {0x3040, 0x31FF},   {0x3400, 0x4DBF},   {0x4E00, 0xA4CF},
    {0xA4D0, 0xABFF}, {0xAC00, 0xD7FF}, {0xF900, 0xFDFF},   {0xFE70, 0xFEFC},   {0x10280, 0x1DFFF}, {0x20000, 0x3FFFF},
}};

}  // namespace

bool is_letter(char32_t c) noexcept {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return std::any_of(letters.begin(), letters.end(), [c](range r) { return c >= r.first && c <= r.last; });
}

void squeezer::feed(std::string_view folded, std::string& squeezed, offset_map& map) {
  while (const auto next = decode_front(folded)) {
    if (is_letter(next->code_point)) {
      gap_ = 0;
      squeezed += folded.substr(0, next->length);
      map.append(1, next->length, next->length);
    } else if (++gap_ > gap_max) {
      gap_ = 0;
      squeezed += '\n';
      map.append(1, 1, next->length);
    } else {
      map.append(1, 0, next->length);
    }
    folded.remove_prefix(next->length);
  }
}

std::string squeeze(std::string_view folded) {
  std::string squeezed;
  offset_map map;
  squeezer().feed(folded, squeezed, map);
  return squeezed;
}

bool is_spelled_apart(std::string_view folded) noexcept {
  std::size_t count = 0, apart = 0;
  bool gap = false;
  while (const auto next = decode_front(folded)) {
    const bool letter = is_letter(next->code_point);
    if (letter && count++ != 0 && gap) ++apart;
    gap = !letter;
    folded.remove_prefix(next->length);
  }
  return count > 1 && 2 * apart > count - 1;
}

}  // namespace stoplog::text
