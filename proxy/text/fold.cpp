#include "text/fold.hpp"

#include "text/ascii.hpp"
#include "text/fold_table.hpp"

#include <algorithm>
#include <array>

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

// What a plain byte folds to; zero for all others.
constexpr std::array<char, 256> plain_table = [] {
  std::array<char, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (folds_to_one_byte(c)) table[byte] = to_lower(c);
  }
  return table;
}();

// Appends what the plain text at the start folds to; returns how much that is.
// A token is too short for blocks to pay.
std::size_t append_plain(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  if (text.size() >= ascii_block) {
    const std::size_t plain = plain_prefix(text);
    out += text.substr(0, plain);
    std::transform(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), out.begin() + static_cast<std::ptrdiff_t>(begin), to_lower);
    return plain;
  }
  out += text;
  char* const folded = out.data() + begin;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = plain_table[static_cast<unsigned char>(text[at])];
    if (c == 0) {
      out.resize(begin + at);
      break;
    }
    folded[at] = c;
  }
  return at;
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
      const std::size_t plain = append_plain(folded, piece);
      if (plain != 0) {
        map.append(plain, 1, 1);
        piece.remove_prefix(plain);
        if (piece.empty()) break;
      }
      if (const auto whole = decode_front(piece)) {
        append_mapped(folded, map, piece.substr(0, whole->length), whole->code_point);
        piece.remove_prefix(whole->length);
        continue;
      }
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
