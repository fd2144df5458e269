// How a part is noticed in a text without asking RE2 at every byte: where its
// matches can begin, and what in the text is the sign to look closer.
#pragma once

#include "match/byte_set.hpp"
#include "match/literal_index.hpp"
#include "match/part_matcher.hpp"

#include <cstdint>
#include <string>
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

// `lead` as it is in front of `at`.
bool leads_at(std::uint8_t leads, std::string_view text, std::size_t at, bool text_begins) noexcept;

}  // namespace stoplog::match
