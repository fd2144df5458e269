// What database::compile makes of the rules; the matcher's own.
#pragma once

#include "match/database.hpp"
#include "match/part_matcher.hpp"

#include <cstdint>
#include <vector>

namespace stoplog::match {

// A rule that only records may have a pattern without a longest match; then a
// match longer than this is not seen, so that memory stays bounded.
inline constexpr std::uint32_t recorded_code_points_max = 1024;

// The longest match that a rule may hold text back for.
inline constexpr std::uint32_t held_code_points_max = 4096;

struct compiled_rule {
  std::vector<part_matcher> parts;
  std::vector<part_matcher> unless;
};

struct database::compiled {
  std::vector<rule_spec> specs;
  std::vector<rule_facts> facts;
  std::vector<compiled_rule> rules;
};

// Whether an `unless` part of the rule matches in `text`, a match's own text as
// it was sent.
bool excused(const compiled_rule& rule, std::string_view text);

}  // namespace stoplog::match
