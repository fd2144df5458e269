// What packs and policies cover: rules by the items of frameworks, rules whose
// tests leave something open, rules that only watch and since when.
#pragma once

#include "cli/audit_read.hpp"
#include "config/load.hpp"
#include "policy/compiled.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::cli {

// A rule that a policy has in shadow.
struct watching_rule {
  std::string policy, rule;
  std::size_t records = 0;          // of the log, with matches of it in shadow
  std::optional<wall_time> since;   // the oldest of them
};

// What a policy refuses whatever it says.
struct refusing_policy {
  std::string policy, refused;
};

struct rule_coverage {
  std::map<std::string, std::map<std::string, std::vector<std::string>>> frameworks;  // owasp-llm:2025 -> LLM02 -> ids
  std::vector<std::string> without_framework;
  problems without_tests;           // W301 and W302
  std::vector<watching_rule> watching;
  std::vector<refusing_policy> refusing;
  std::size_t rules = 0;
};

rule_coverage cover_rules(const config::documents& read, const policy::policy_set& policies);

// Fills in since when the rules watch, as far as the log tells.
exit_code add_log(const audit_request& log, rule_coverage& into);

std::string rules_text(const rule_coverage& c, wall_time now);
std::string rules_json(const rule_coverage& c);

}  // namespace stoplog::cli
