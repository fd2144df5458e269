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
  if (text.empty() || !folds_to_one_byte(text.front())) return 0;
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

// Appends what `bytes`, the spelling of a code point, fold to, and maps it.
void append_mapped(std::string& out, offset_map& map, std::string_view bytes, char32_t code_point) {
  const std::uint16_t cell = fold_table::cell(code_point);
  const std::string_view text = cell == fold_table::identity ? bytes : fold_table::text(cell);
  out.append(text);
  map.append(1, static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(bytes.size()));
}

}  // namespace

void append_folded(std::string& out, char32_t code_point) {
  const std::uint16_t cell = fold_table::cell(code_point);
  if (cell == fold_table::identity) {
    append_utf8(out, code_point);
  } else {
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
      if (plain != 0) {
        append_lower(folded, piece.substr(0, plain));
        map.append(plain, 1, 1);
        piece.remove_prefix(plain);
      }
      if (const auto whole = decode_front(piece)) {
        append_mapped(folded, map, piece.substr(0, whole->length), whole->code_point);
        piece.remove_prefix(whole->length);
        continue;
      }
      if (piece.empty()) break;
    }
    // A sequence that the end of the piece cuts, or that is none.
    const auto outcome = decoder_.push(piece.front());
    piece.remove_prefix(1);
    if (outcome == utf8_decoder::outcome::invalid) return false;
    if (outcome == utf8_decoder::outcome::complete) {
      std::string bytes;
      append_utf8(bytes, decoder_.code_point());
      append_mapped(folded, map, bytes, decoder_.code_point());
    }
  }
  return true;
}

}  // namespace stoplog::text
