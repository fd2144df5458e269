// One reading of a run of encoded characters: as base64 or as hexadecimal digits
// from some character on, or with the %XX in it decoded.
//
// What is decoded is cut into segments of text: a byte that no text has begins a
// new segment. Segments are valid UTF-8 and have no control characters besides
// white space. Decoded bytes are counted from the run's first.
#pragma once

#include "text/utf8.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::guard {

class run_decoder {
 public:
  enum class kind : std::uint8_t { base64, hex, percent };

  // `begin`: the offset of its first character in the text.
  run_decoder(kind what, std::uint64_t begin) : what_(what), begin_(begin) {}

  // As if made anew.
  void restart(std::uint64_t begin);

  // Whether the character can stand in such a run.
  static bool takes(kind what, char c) noexcept { return (kinds_of[static_cast<unsigned char>(c)] >> static_cast<unsigned>(what) & 1U) != 0; }

  // Of base64 and hexadecimal digits: whether a text may begin with the byte that
  // a run's first two characters make.
  static bool may_begin_text(kind what, char first, char second) noexcept;

  // Runs of base64 and of hexadecimal digits that are shorter are not read.
  static constexpr std::uint64_t characters_min = 24;

  // Whether a whole text has a run that is read. Looks at one character in
  // characters_min, and around those that may be in a run.
  static bool may_hold_run(std::string_view text) noexcept;

  // Takes the next character of the run, which stands at offset `at`. False: the
  // segment ended, and ended() is what of it was not drained.
  bool take(char c, std::uint64_t at);

  // At the run's end: a % and what followed it stand for themselves if cut off.
  bool finish();

  // Whole characters of the segment that were not drained.
  std::string_view ready() const noexcept { return std::string_view(bytes_).substr(0, whole_); }
  std::string_view ended() const noexcept { return ended_; }
  void drain() {
    bytes_.erase(0, whole_);
    whole_ = 0;
  }

  // The number of the segment's first byte.
  std::uint64_t segment() const noexcept { return segment_; }

  // Where in the text the character stands in which decoded byte number `byte`
  // begins, or will; and behind the one in which the byte before it ends.
  std::uint64_t encoded_begin(std::uint64_t byte) const noexcept;
  std::uint64_t encoded_end(std::uint64_t byte) const noexcept;
  // As encoded_begin(), but never the first character of a run: it says too little
  // to be held for, as without the second one there is no byte.
  std::uint64_t guarded_begin(std::uint64_t byte) const noexcept {
    const std::uint64_t at = encoded_begin(byte);
    return what_ != kind::percent && at == begin_ ? at + 1 : at;
  }

  // Whether the byte that some of the characters belong to already may be one of
  // these. False where none is begun.
  bool next_may_be(const std::bitset<256>& bytes) const noexcept;
  // Whether it may go on with a character of several bytes; true where none is begun.
  bool next_may_go_on() const noexcept;
  std::uint64_t produced() const noexcept { return produced_; }   // bytes
  // The first bytes of a character of several.
  std::string_view begun() const noexcept { return std::string_view(bytes_).substr(whole_); }

  std::uint64_t begin() const noexcept { return begin_; }
  // Percent: whether there was a %XX in the segment, and in the one that ended.
  bool escapes() const noexcept { return escapes_; }
  bool ended_escapes() const noexcept { return ended_escapes_; }
  kind what() const noexcept { return what_; }

 private:
  // From number `unit` on they stand at `offset` and after, `size` characters
  // each. A unit is a character; of percent, a decoded byte.
  struct stretch {
    std::uint64_t unit;
    std::uint64_t offset;
    std::uint32_t size;
  };
  static const std::array<std::uint8_t, 256> kinds_of;   // of a character, a bit each
  void place(std::uint64_t at, std::uint32_t size);
  std::uint64_t offset_of(std::uint64_t unit) const noexcept;
  bool take_digit(char c, std::uint64_t at);
  bool take_percent(char c, std::uint64_t at);
  bool take_literally();
  bool add(unsigned char byte);

  kind what_;
  bool escapes_ = false;
  bool ended_escapes_ = false;
  std::uint32_t bits_ = 0;
  std::uint32_t bit_count_ = 0;
  std::uint64_t begin_;
  std::uint64_t units_ = 0;
  std::uint64_t next_offset_ = UINT64_MAX;
  std::vector<stretch> stretches_;
  std::uint64_t produced_ = 0;     // bytes decoded
  std::uint64_t segment_ = 0;
  std::string bytes_;              // of the segment, not drained
  std::size_t whole_ = 0;          // of them, in whole characters
  std::string ended_;
  text::utf8_decoder utf8_;
  std::string escape_;             // percent: % and what followed
  std::uint64_t escape_at_ = 0;
};

}  // namespace stoplog::guard
