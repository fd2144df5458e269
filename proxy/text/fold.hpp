// The folded view: a text as a reader sees it, so that spelling tricks do not
// hide a word from a rule. Each code point is replaced on its own:
//
//   case                     full Unicode case folding; no upper-case ASCII remains
//   compatibility forms      fullwidth, mathematical, circled, ligatures ...
//   accents, combining marks dropped (categories Mn and Me)
//   invisible characters     dropped: default-ignorable (zero-width, tags,
//                            variation selectors ...) and control characters
//                            other than tab and line breaks
//   look-alikes              Cyrillic, Greek, Armenian, Cherokee and Latin
//                            letters that look like an ASCII letter become it;
//                            typographic quotes, dashes and slashes become ASCII
//   digits                   of every script become 0 to 9
//   spaces                   U+0020; runs of them stay as long as they are
//   line breaks              VT, FF, NEL, LS and PS become LF; CR and LF stay
//
// Promises:
//  - homomorphism: fold(xy) == fold(x) fold(y) for any cut between code points,
//    so a stream may be folded in pieces;
//  - idempotent: fold(fold(x)) == fold(x);
//  - a code point folds to at most fold_bytes_max bytes, possibly none;
//  - printable ASCII stays one byte for one byte.
// Hangul stays in syllables: separate jamo are not composed.
// The table is made at build time from Debian's unicode-data package.
#pragma once

#include "text/offset_map.hpp"
#include "text/utf8.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace stoplog::text {

inline constexpr std::size_t fold_bytes_max = 40;  // the longest today is 33 (U+FDFA)

// Appends what one code point folds to.
void append_folded(std::string& out, char32_t code_point);

// The whole of a valid UTF-8 text: for words and lists. Bytes from the first
// invalid sequence on are left out.
std::string fold(std::string_view text);

// Folds a text that comes in pieces cut at any byte. A value: copying it saves
// the position.
//
//   folder f; std::string folded; offset_map map;
//   for each piece: if (!f.feed(piece, folded, map)) the text is not UTF-8
//   at the end:     if (f.pending() != 0) the text is not UTF-8
//
// A code point is folded when its last byte arrives. What is appended does not
// depend on the cuts, nor do the answers of `map`.
class folder {
 public:
  // Appends to both. Allocates only while they grow. On false, what precedes
  // the invalid byte was appended; every later feed is false too.
  bool feed(std::string_view piece, std::string& folded, offset_map& map);

  // Bytes of the sequence that is cut open, 0 to 3; not yet in the map.
  std::uint32_t pending() const noexcept { return decoder_.pending(); }

 private:
  utf8_decoder decoder_;
};

}  // namespace stoplog::text
