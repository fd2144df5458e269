#include "policy/spec.hpp"

#include "match/pattern.hpp"

#include <variant>

namespace stoplog::policy {
namespace {

match::rule_spec spec_of(const rule& r, mode m) {
  return {r.match, effect_of(r.action, m), r.surfaces, r.max_length, r.mask};
}

const stoplog::place& place_of(const rule& r, std::size_t part) {
  return part < r.part_places.size() ? r.part_places[part] : r.place;
}

// A pattern that takes the empty text says yes to every text, or means
// something else than it says.
void check_not_empty(const rule& r, const std::vector<match::part>& parts, std::size_t first, problems& found) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].regex.empty()) continue;
    const auto facts = match::analyse(parts[i].regex);
    if (facts.opaque || !facts.can_be_empty) continue;
    found.push_back({problem::level::error, "E236",
                     "rule " + r.id + ": the pattern also takes the empty text; make a part of it required",
                     place_of(r, first + i)});
  }
}

}  // namespace

verdict effect_of(action a, mode m) noexcept {
  if (m != mode::enforce) return verdict::allow;
  switch (a) {
    case action::observe: return verdict::allow;
    case action::redact: return verdict::redact;
    case action::block: return verdict::block;
  }
  return verdict::block;
}

std::shared_ptr<const match::database> compile_rules(std::span<const rule_to_compile> rules, problems& found) {
  const std::size_t before = found.size();
  std::vector<match::rule_spec> specs;
  specs.reserve(rules.size());
  for (const auto& r : rules) {
    specs.push_back(spec_of(*r.rule, r.mode));
    check_not_empty(*r.rule, r.rule->match.parts, 0, found);
    check_not_empty(*r.rule, r.rule->match.unless, r.rule->match.parts.size(), found);
  }
  auto made = match::database::compile(std::move(specs));
  if (auto* done = std::get_if<std::shared_ptr<const match::database>>(&made)) {
    return found.size() == before ? *done : nullptr;
  }
  for (const auto& wrong : std::get<std::vector<match::compile_problem>>(made)) {
    const rule& r = *rules[wrong.rule].rule;
    found.push_back({problem::level::error, wrong.code, "rule " + r.id + ": " + wrong.message, place_of(r, wrong.part)});
  }
  return nullptr;
}

}  // namespace stoplog::policy
