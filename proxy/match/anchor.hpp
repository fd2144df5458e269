// How a part is noticed in a text without asking RE2 at every byte: where its
// matches can begin, and what in the text is the sign to look closer.
#pragma once

#include "match/byte_set.hpp"
#include "match/literal_index.hpp"
#include "match/part_matcher.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace stoplog::match {

// How many parts of a database have a literal; rare ones make better signs.
using literal_counts = std::unordered_map<std::string, std::uint32_t>;

struct anchor {
  // Where a match can begin: at one of these literals; or, when there are none,
  // at a byte of `first` in a run of bytes of `inside`.
  std::vector<std::string> prefixes;
  byte_set first;
  byte_set inside;                 // all bytes of any match
  lead begins = lead::anywhere;

  // What must be in every match besides; a run that is long enough when empty.
  enum class sign : std::uint8_t { prefix, inside, suffix, length };
  sign what = sign::length;
  std::vector<std::string> signs;
  std::uint32_t before_min = 0;    // code points from a match's begin to its sign's
  std::uint32_t before_max = 0;

  double sign_cost = 1;            // how often the sign is to be expected, for choosing among parts
};

void count_literals(const part_matcher& part, literal_counts& counts);

anchor choose_anchor(const part_matcher& part, const literal_counts& counts);

// Whether one of `leads` is what stands in front of `at`; what stands before
// the text is not known unless it is the whole text's begin.
bool leads_at_length(std::uint8_t leads, std::string_view text, std::size_t at, bool text_begins) noexcept;

inline constexpr std::array<bool, 256> word_bytes = [] {
  std::array<bool, 256> words{};
  for (unsigned byte = 0; byte < 128; ++byte) words[byte] = joins_words(byte);
  return words;
}();

inline bool leads_at(std::uint8_t leads, std::string_view text, std::size_t at, bool text_begins) noexcept {
  if ((leads & static_cast<std::uint8_t>(lead::anywhere)) != 0) return true;
  if (leads == static_cast<std::uint8_t>(lead::word) && at != 0 && at < text.size()) {
    const char* here = text.data() + at;
    return word_bytes[static_cast<unsigned char>(here[-1])] != word_bytes[static_cast<unsigned char>(here[0])];
  }
  return leads_at_length(leads, text, at, text_begins);
}

}  // namespace stoplog::match
