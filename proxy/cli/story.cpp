#include "cli/story.hpp"

#include "match/stream.hpp"
#include "policy/spec.hpp"

#include <algorithm>

namespace stoplog::cli {
namespace {

using spans = std::vector<match::text_span>;

// Where one rule matches, whatever it does; nothing if it cannot be compiled.
spans matches_of(const policy::rule& rule, surface where, std::string_view text) {
  const policy::rule_to_compile one[] = {{&rule, policy::mode::shadow}};
  problems ignored;
  const auto alone = policy::compile_rules(one, {}, ignored);
  if (alone == nullptr) return {};
  match::stream stream(alone, where);
  if (!stream.feed(text, true)) return {};
  spans all;
  for (const auto& f : stream.findings()) all.push_back(f.where);
  return all;
}

bool matches(const policy::rule& rule, surface where, std::string_view text) { return !matches_of(rule, where, text).empty(); }

// Which `unless` keeps the rule from matching: the one without which it does.
near_rule excepted(const effective_rule& r, surface where, std::string_view text) {
  const auto& unless = r.rule->match.unless;
  for (std::size_t i = 0; i < unless.size(); ++i) {
    policy::rule without = *r.rule;
    without.match.unless.erase(without.match.unless.begin() + static_cast<std::ptrdiff_t>(i));
    const std::size_t part = r.rule->match.parts.size() + i;
    if (matches(without, where, text)) return {r, "its `unless` takes the match out", r.rule->part_places.at(part)};
  }
  return {r, "its `unless` takes the matches out", r.rule->place};
}

void drop_checks(policy::rule& rule) {
  for (auto& part : rule.match.parts) part.check = match::check::none;
}

// A rule without a match: the one thing that keeps it from having one, if there
// is one that can be known simply.
void add_near(const effective_rule& r, surface where, std::string_view text, std::vector<near_rule>& into) {
  if (!r.rule->surfaces.contains(where)) {
    policy::rule everywhere = *r.rule;
    everywhere.surfaces = {};
    if (matches(everywhere, where, text)) into.push_back({r, "its scope does not have such texts", r.rule->place});
    return;
  }
  if (r.mode == policy::mode::off && matches(*r.rule, where, text)) {
    into.push_back({r, "it is off (" + r.decided_by + ")", r.mode_place});
    return;
  }
  policy::rule wider = *r.rule;
  wider.match.unless.clear();
  if (!r.rule->match.unless.empty() && matches(wider, where, text)) {
    into.push_back(excepted(r, where, text));
    return;
  }
  wider = *r.rule;
  drop_checks(wider);
  const auto checked = std::find_if(r.rule->match.parts.begin(), r.rule->match.parts.end(),
                                    [](const auto& p) { return p.check != match::check::none; });
  if (checked == r.rule->match.parts.end() || !matches(wider, where, text)) return;
  const auto part = static_cast<std::size_t>(checked - r.rule->match.parts.begin());
  into.push_back({r, "what it found does not pass its `check`", r.rule->part_places.at(part)});
}

policy::finding finding_of(const match::finding& f, const policy::compiled_policy& by, surface where) {
  const auto& rule = by.rules()[f.rule];
  policy::finding made;
  made.rule = f.rule;
  made.mode = rule.mode;
  made.enforced = by.effect(f.rule, where.direction);
  made.would = policy::effect_of(rule.action, policy::mode::enforce);
  made.where = where;
  made.span = f.where;
  return made;
}

}  // namespace

result<story> tell(const policy::compiled_policy& policy, const std::vector<effective_rule>& rules, surface where,
                   std::string_view text) {
  match::stream stream(policy.database(), where, policy.muted(where.direction));
  const auto step = stream.feed(text, true);
  if (!step) return step.error();
  story told;
  told.verdict = step->verdict;
  told.decided_at = step->decided_at;
  const bool refused = told.verdict == verdict::block && where.direction == direction::request;
  if (!refused) told.released = step->released;

  policy::decision decision(verdict::allow);
  for (const auto& f : stream.findings()) decision.add(finding_of(f, policy, where), policy);
  if (decision.rule) told.decided_by = policy.rules()[*decision.rule].id;
  if (decision.rule && told.verdict == verdict::block) told.message = policy.message_for(*decision.rule);

  for (const auto& r : rules) {
    if (r.rule->match.parts.empty() && r.rule->signals.empty()) continue;
    matched_rule one{r, {}, policy::effect_of(r.rule->action, r.mode), policy::effect_of(r.rule->action, policy::mode::enforce)};
    const auto active = std::find_if(policy.rules().begin(), policy.rules().end(), [&](const auto& a) { return a.id == r.rule->id; });
    if (active != policy.rules().end()) {
      const auto index = static_cast<std::uint32_t>(active - policy.rules().begin());
      one.did = policy.effect(index, where.direction);
      one.excuse = policy.excuse(index, where.direction);
      one.lapsed = policy.lapsed_excuse(index, where.direction);
      for (const auto& f : stream.findings()) {
        if (f.rule == index) one.spans.push_back(f.where);
      }
    }
    if (one.spans.empty() && !r.rule->signals.empty()) continue;  // it means nothing without them
    if (one.spans.empty() && r.mode != policy::mode::off) {
      one.spans = matches_of(*r.rule, where, text);
      one.late = !one.spans.empty();
    }
    if (one.spans.empty()) {
      add_near(r, where, text, told.near);
    } else {
      told.matched.push_back(std::move(one));
    }
  }
  std::stable_sort(told.matched.begin(), told.matched.end(),
                   [](const auto& a, const auto& b) { return a.spans.front().begin < b.spans.front().begin; });
  return told;
}

}  // namespace stoplog::cli
