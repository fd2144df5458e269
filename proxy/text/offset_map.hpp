// From a folded text back to the bytes it came from.
//
// Positions are byte offsets from the start of each text and never shrink, so a
// stream may forget its past (forget_before). Every folded byte belongs to one
// original code point. Dropped code points own no folded byte: they lie in the
// gap between their neighbours. A span of folded text therefore maps to
//   [begin_of(first), end_of(last))
// from the start of the code point that its first byte came from to the end of
// the one that its last byte came from; dropped code points between them are
// inside, those before the first or after the last are outside.
//
// Text in which each code point takes as many bytes as its neighbour (ASCII, or
// one other script) is kept as one run, so the map of ASCII text has one entry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace stoplog::text {

class offset_map {
 public:
  // The ends of what was folded so far. original_end() counts whole code
  // points, dropped ones at the end included.
  std::uint64_t folded_end() const noexcept { return folded_end_; }
  std::uint64_t original_end() const noexcept { return original_end_; }

  // Where the code point that folded byte `at` came from begins; for
  // at == folded_end(), original_end(). This is also the release position for
  // a hold that starts at `at`: monotone, never inside a code point.
  std::uint64_t begin_of(std::uint64_t at) const;

  // Where the code point that folded byte `at` came from ends; at < folded_end().
  std::uint64_t end_of(std::uint64_t at) const;

  // The other way: how many folded bytes came from code points that begin
  // before `original`. Not for what was forgotten.
  std::uint64_t folded_before(std::uint64_t original) const noexcept;

  // Nothing before folded byte `at` will be asked for again.
  void forget_before(std::uint64_t at);

  // For the folder: `count` code points in a row, each of `original` bytes and
  // folded to `folded` bytes (0: dropped).
  void append(std::uint64_t count, std::uint32_t folded, std::uint32_t original) {
    if (!goes_on(folded, original)) begin_run(count, folded, original);
    folded_end_ += count * folded;
    original_end_ += count * original;
  }

 private:
  struct run {
    std::uint64_t folded_begin;
    std::uint64_t original_begin;
    std::uint32_t folded_step;    // bytes of one code point in each text
    std::uint32_t original_step;
  };
  bool goes_on(std::uint32_t folded, std::uint32_t original) const noexcept {
    return !gap_ && !runs_.empty() && runs_.back().folded_step == folded && runs_.back().original_step == original;
  }
  void begin_run(std::uint64_t count, std::uint32_t folded, std::uint32_t original);
  const run& run_of(std::uint64_t at) const;

  std::vector<run> runs_;
  std::size_t first_ = 0;  // runs before it are forgotten
  std::uint64_t folded_end_ = 0;
  std::uint64_t original_end_ = 0;
  bool gap_ = false;  // something was dropped after the last run
};

}  // namespace stoplog::text
