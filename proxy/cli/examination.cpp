#include "cli/examination.hpp"

#include "cli/parallel.hpp"
#include "config/reach.hpp"
#include "match/program.hpp"
#include "policy/compiled.hpp"
#include "policy/lint.hpp"
#include "policy/spec.hpp"
#include "policy/tell_once.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace stoplog::cli {
namespace {

// The key is not used: check makes no fingerprints.
constexpr std::string_view any_key = "check-makes-no-fingerprints";

// On all cores, and once: each rule is compiled for itself and for every policy.
void make_ready(std::vector<policy::pack>& packs) {
  const auto parts = policy::parts_to_make_ready(packs);
  in_parallel(parts.size(), [&](std::size_t i) { parts[i]->ready = match::make_program(parts[i]->regex, parts[i]->view); });
}

// Each rule on its own, as its action says: what is wrong in shadow would be
// wrong on the day it is enforced.
void check_rule(checked_rule& checked, std::span<const policy::rule_to_compile> signals, bool with_holds, problems& found) {
  const policy::rule& rule = *checked.rule;
  policy::lint(rule, found);
  if (rule.match.parts.empty() && rule.signals.empty()) return;
  const policy::rule_to_compile one[] = {{&rule, policy::mode::enforce}};
  const auto alone = policy::compile_rules(one, signals, found);
  if (alone == nullptr) return;
  checked.facts = alone->facts(0);
  if (!with_holds) return;
  checked.how = streaming_of(rule);
  checked.mean_hold = mean_hold(rule, alone);
}

void check_rules(std::vector<checked_rule>& rules, bool with_holds, problems& found) {
  std::vector<policy::rule_to_compile> signals;
  for (const checked_rule& each : rules) {
    if (each.rule->action == policy::action::signal) signals.push_back({each.rule, policy::mode::enforce});
  }
  std::vector<problems> told(rules.size());
  in_parallel(rules.size(), [&](std::size_t i) { check_rule(rules[i], signals, with_holds, told[i]); });
  for (auto& each : told) std::move(each.begin(), each.end(), std::back_inserter(found));
}

void add_modes(const policy::policy_set& policies, std::vector<checked_rule>& rules) {
  using identity = std::tuple<std::string_view, std::string_view, std::string_view>;
  std::map<identity, checked_rule*> known;
  for (auto& r : rules) known.emplace(identity(r.rule->id, r.pack->name, r.pack->version), &r);
  for (const auto& p : policies.policies()) {
    for (const auto& active : p->rules()) {
      const auto checked = known.find(identity(active.id, active.pack, active.pack_version));
      if (checked != known.end()) checked->second->modes.push_back(p->name() + ": " + std::string(to_string(active.mode)));
    }
  }
}

void in_order_of_files(problems& found) {
  const auto by_place = [](const problem& p) { return std::tie(p.place.file, p.place.line, p.place.column); };
  std::stable_sort(found.begin(), found.end(), [&](const problem& a, const problem& b) { return by_place(a) < by_place(b); });
}

}  // namespace

examination examine(config::documents& read, wall_time now, problems found, bool with_holds) {
  examination all;
  all.packs = read.packs.size();
  all.policies = read.policies.size();
  make_ready(read.packs);
  for (const auto& pack : read.packs) {
    for (const auto& rule : pack.rules) all.rules.push_back({&rule, &pack, {}, {}, {}, {}});
  }
  check_rules(all.rules, with_holds, found);
  for (const auto& p : read.policies) policy::lint(p, now, found);
  if (const auto policies = policy::policy_set::compile(read.packs, read.policies, any_key, found)) {
    add_modes(*policies, all.rules);
    for (const auto& s : read.settings_files) config::check_policies_reach(s, *policies, found);
  }
  policy::tell_once(found);
  in_order_of_files(found);
  all.found = std::move(found);
  return all;
}

}  // namespace stoplog::cli
