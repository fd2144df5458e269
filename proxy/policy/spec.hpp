// Rules -> the matcher's database.
#pragma once

#include "match/database.hpp"
#include "policy/rule.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace stoplog::policy {

struct rule_to_compile {
  const stoplog::policy::rule* rule;
  stoplog::policy::mode mode;
  std::uint32_t percent = 0;  // of canary
};

// The patterns that are not ready to run (match/program.hpp).
std::vector<match::part*> parts_to_make_ready(std::span<pack> packs);

// What a match does under a mode: the action's verdict when enforced (in a
// canary: for those who are among it), else nothing.
verdict effect_of(action a, mode m) noexcept;

// The rule at index i of the database is rules[i]. `signals` are the rules that
// may be named as signals, `key` is that of fingerprints. Null after telling, at the place of the rule or part,
// what cannot be compiled.
std::shared_ptr<const match::database> compile_rules(std::span<const rule_to_compile> rules,
                                                     std::span<const rule_to_compile> signals, problems& found,
                                                     std::string_view key = {});

}  // namespace stoplog::policy
