#include "text/fold.hpp"

#include "text/ascii.hpp"
#include "text/fold_table.hpp"

#include <algorithm>

namespace stoplog::text {

static_assert(fold_table::longest == fold_bytes_max);

namespace {

// Plain text at the start: what folds to as many bytes as it has.
std::size_t plain_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  while (text.size() - at >= ascii_block) {
    bool plain = true;
    for (std::size_t i = 0; i < ascii_block; ++i) plain &= folds_to_one_byte(text[at + i]);
    if (!plain) break;
    at += ascii_block;
  }
  while (at < text.size() && folds_to_one_byte(text[at])) ++at;
  return at;
}

void append_lower(std::string& out, std::string_view plain) {
  const std::size_t begin = out.size();
  out += plain;
  std::transform(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), out.begin() + static_cast<std::ptrdiff_t>(begin), to_lower);
}

}  // namespace

void append_folded(std::string& out, char32_t code_point) {
  const std::uint16_t cell = fold_table::cell(code_point);
  if (cell == fold_table::identity) {
    append_utf8(out, code_point);
  } else if (cell != fold_table::dropped) {
    out += fold_table::text(cell);
  }
}

std::string fold(std::string_view text) {
  std::string folded;
  offset_map map;
  folder().feed(text, folded, map);
  return folded;
}

bool folder::feed(std::string_view piece, std::string& folded, offset_map& map) {
  if (decoder_.failed()) return false;
  while (!piece.empty()) {
    if (decoder_.pending() == 0) {
      const std::size_t plain = plain_prefix(piece);
      append_lower(folded, piece.substr(0, plain));
      map.append(plain, 1, 1);
      piece.remove_prefix(plain);
      if (piece.empty()) break;
    }
    const auto outcome = decoder_.push(piece.front());
    piece.remove_prefix(1);
    if (outcome == utf8_decoder::outcome::invalid) return false;
    if (outcome == utf8_decoder::outcome::complete) {
      const std::size_t before = folded.size();
      append_folded(folded, decoder_.code_point());
      map.append(1, static_cast<std::uint32_t>(folded.size() - before), decoder_.length());
    }
  }
  return true;
}

}  // namespace stoplog::text
