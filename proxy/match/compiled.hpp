// What database::compile makes of the rules; the matcher's own.
#pragma once

#include "match/database.hpp"
#include "match/part_matcher.hpp"
#include "match/plan.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace stoplog::match {

// A rule that only records, or guards no more than the tail of its matches, may
// have a pattern without a longest match; then a match longer than this is not
// seen, so that memory stays bounded.
inline constexpr std::uint32_t recorded_code_points_max = 1024;

// The longest match that a rule may hold text back for.
inline constexpr std::uint32_t held_code_points_max = 4096;

// A shorter tail would guard next to nothing of a match.
inline constexpr std::uint32_t tail_code_points_min = 3;

// More things than this no rule combines.
inline constexpr std::uint32_t things_max = 64;

struct compiled_rule {
  std::vector<part_matcher> parts;
  std::vector<std::uint32_t> things;   // of the parts of a combination
  std::vector<part_matcher> unless;
};

struct database::compiled {
  std::vector<rule_spec> specs;
  std::vector<rule_facts> facts;
  std::vector<compiled_rule> rules;

  // A plan for each set of rules that share their surfaces.
  std::vector<plan> plans;
  std::array<std::uint8_t, direction_count * role_count * channel_count> plan_of_surface{};
  const plan& plan_for(surface where) const noexcept { return plans[plan_of_surface[surface_number(where)]]; }

  static std::size_t surface_number(surface where) noexcept {
    return (static_cast<std::size_t>(where.direction) * role_count + static_cast<std::size_t>(where.role)) *
               channel_count +
           static_cast<std::size_t>(where.channel);
  }
};

// Whether an `unless` part of the rule matches in `text`, a match's own text as
// it was sent.
bool excused(const compiled_rule& rule, std::string_view text);

// Whether a match in the squeezed view counts; `text` as it was sent.
bool spelled_apart(std::string_view text);

// A text as a view has it.
std::string seen_in(view v, std::string_view text);

}  // namespace stoplog::match
