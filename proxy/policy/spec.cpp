#include "policy/spec.hpp"

#include "policy/did_you_mean.hpp"
#include "policy/mask.hpp"

#include <variant>

namespace stoplog::policy {
namespace {

bool covers(const surface_set& wide, const surface_set& narrow) noexcept {
  return (narrow.directions & ~wide.directions) == 0 && (narrow.roles & ~wide.roles) == 0 && (narrow.channels & ~wide.channels) == 0;
}

const rule_to_compile* find_signal(const rule& by, const std::string& id, std::span<const rule_to_compile> among, problems& found) {
  const auto tell = [&](const char* code, std::string message) {
    found.push_back({problem::level::error, code, "rule " + by.id + ": " + std::move(message), by.place});
  };
  for (const rule_to_compile& r : among) {
    if (r.rule->id != id) continue;
    if (r.rule->action != action::signal) {
      tell("E412", id + " is no signal: its action is " + std::string(to_string(r.rule->action)));
      return nullptr;
    }
    if (!covers(r.rule->surfaces, by.surfaces)) {
      tell("E414", "its signal " + id + " does not look everywhere that it looks; give both one scope");
      return nullptr;
    }
    return &r;
  }
  std::vector<std::string_view> ids;
  for (const rule_to_compile& r : among) {
    if (r.rule->action == action::signal) ids.push_back(r.rule->id);
  }
  tell("E411", "no rule that runs here is called " + id + did_you_mean(id, ids));
  return nullptr;
}

bool is_weaker(const rule_to_compile& a, const rule_to_compile& b) noexcept {
  return a.mode < b.mode || (a.mode == mode::canary && b.mode == mode::canary && a.percent < b.percent);
}

// The parts of the signals that run at least as the rule does: a signal in shadow
// must not help a rule to block.
void use_signals(const rule_to_compile& r, std::span<const rule_to_compile> among, match::expression& into, problems& found) {
  std::uint32_t thing = 0;
  bool complete = true;
  for (const std::string& id : r.rule->signals) {
    const rule_to_compile* signal = find_signal(*r.rule, id, among, found);
    complete = complete && signal != nullptr;
    if (signal == nullptr || is_weaker(*signal, r)) continue;
    into.parts.insert(into.parts.end(), signal->rule->match.parts.begin(), signal->rule->match.parts.end());
    into.things.insert(into.things.end(), signal->rule->match.parts.size(), thing++);
  }
  if (complete && thing < into.count) {
    found.push_back({problem::level::error, "E413",
                     "rule " + r.rule->id + " counts " + std::to_string(into.count) + " of its signals and " + std::to_string(thing) +
                         " of them run in " + std::string(to_string(r.mode)) + "; give them its mode",
                     r.rule->place});
  }
}

match::rule_spec spec_of(const rule_to_compile& r, std::span<const rule_to_compile> signals, std::string_view key,
                         problems& found) {
  match::rule_spec spec{r.rule->match, effect_of(r.rule->action, r.mode), r.rule->surfaces, r.rule->max_length, {}, {}};
  use_mask(*r.rule, key, spec);
  if (r.rule->signals.empty()) return spec;
  use_signals(r, signals, spec.match, found);
  // What came first could not be known to matter.
  spec.match.guards_tail = spec.match.guards_tail || r.rule->action == action::block;
  return spec;
}

const stoplog::place& place_of(const rule& r, std::size_t part) {
  return part < r.part_places.size() ? r.part_places[part] : r.place;
}

}  // namespace

std::vector<match::part*> parts_to_make_ready(std::span<pack> packs) {
  std::vector<match::part*> found;
  for (pack& p : packs) {
    for (rule& r : p.rules) {
      for (auto* parts : {&r.match.parts, &r.match.unless}) {
        for (match::part& each : *parts) {
          if (!each.regex.empty() && each.ready == nullptr) found.push_back(&each);
        }
      }
    }
  }
  return found;
}

verdict effect_of(action a, mode m) noexcept {
  if (m != mode::enforce && m != mode::canary) return verdict::allow;
  switch (a) {
    case action::observe:
    case action::signal: return verdict::allow;
    case action::redact: return verdict::redact;
    case action::block: return verdict::block;
  }
  return verdict::block;
}

std::shared_ptr<const match::database> compile_rules(std::span<const rule_to_compile> rules,
                                                     std::span<const rule_to_compile> signals, problems& found,
                                                     std::string_view key) {
  const std::size_t before = found.size();
  std::vector<match::rule_spec> specs;
  specs.reserve(rules.size());
  for (const auto& r : rules) specs.push_back(spec_of(r, signals, key, found));
  if (found.size() != before) return nullptr;
  auto made = match::database::compile(std::move(specs));
  if (auto* done = std::get_if<std::shared_ptr<const match::database>>(&made)) return *done;
  for (const auto& wrong : std::get<std::vector<match::compile_problem>>(made)) {
    const rule& r = *rules[wrong.rule].rule;
    found.push_back({problem::level::error, wrong.code, "rule " + r.id + ": " + wrong.message, place_of(r, wrong.part)});
  }
  return nullptr;
}

}  // namespace stoplog::policy
