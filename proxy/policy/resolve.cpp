#include "policy/resolve.hpp"

#include "policy/did_you_mean.hpp"
#include "policy/version.hpp"

#include <map>
#include <set>
#include <string>
#include <unordered_map>

namespace stoplog::policy {
namespace {

void error(problems& found, const stoplog::place& where, const char* code, std::string message) {
  found.push_back({problem::level::error, code, std::move(message), where});
}

std::string versions_of(std::string_view name, std::span<const pack> packs) {
  std::string all;
  for (const pack& p : packs) {
    if (p.name == name) all += (all.empty() ? "" : ", ") + p.version;
  }
  return all;
}

// The latest version that the use takes; null after telling.
const pack* find_pack(const pack_use& use, std::span<const pack> packs, problems& found) {
  const auto constraint = parse_constraint(use.version);
  const pack* latest = nullptr;
  for (const pack& candidate : packs) {
    const auto version = parse_version(candidate.version);
    if (candidate.name != use.pack || !version || (constraint && !constraint->takes(*version))) continue;
    if (latest == nullptr || *version > *parse_version(latest->version)) latest = &candidate;
  }
  if (latest != nullptr) return latest;
  const std::string there = versions_of(use.pack, packs);
  if (!there.empty()) {
    error(found, use.place, "E403", "no version of pack \"" + use.pack + "\" is " + use.version + "; there is " + there);
    return nullptr;
  }
  std::vector<std::string_view> names;
  for (const pack& p : packs) names.push_back(p.name);
  error(found, use.place, "E402", "there is no pack \"" + use.pack + "\"" + did_you_mean(use.pack, names));
  return nullptr;
}

// A rule that comes in with a pack's upgrade must not enforce unseen: whoever
// enforces says which versions he means.
void check_pinned(const pack_use& use, mode wanted, const stoplog::place& where, const std::string& what,
                  const pack& chosen, problems& found) {
  if (wanted < mode::canary || !use.version.empty()) return;
  const std::string shorter = chosen.version.substr(0, chosen.version.rfind('.'));
  error(found, where, "E405", what + " is enforced, so pack \"" + use.pack + "\" needs a version: say version: ~" + shorter +
                                  ", or mode: shadow");
}

struct overrides {
  std::map<std::string_view, const rule_override*> by_rule;
  std::set<std::string_view> met;
};

using owners = std::unordered_map<std::string_view, const pack*>;  // of the rules so far, by id

overrides index_overrides(const policy& p, problems& found) {
  overrides all;
  for (const rule_override& o : p.overrides) {
    const auto [first, is_new] = all.by_rule.emplace(o.rule, &o);
    if (is_new) continue;
    error(found, o.place, "E410", "rule " + o.rule + " is overridden twice; the first is in line " +
                                      std::to_string(first->second->place.line));
  }
  return all;
}

// A rule that its pack's author locked stays at least as strong as its pack.
bool weakens_locked(const rule& r, const rule_override& change, mode of_pack, std::uint32_t percent) {
  return r.locked && (change.mode < of_pack || (change.mode == mode::canary && of_pack == mode::canary && change.percent < percent));
}

resolved_rule resolve_rule(const pack& from, const rule& r, const pack_use& use, mode of_pack, overrides& changed,
                           problems& found) {
  resolved_rule made{&from, &r, r.strictness > use.strictness.value_or(1) ? mode::off : of_pack, use.percent, &use};
  const auto change = changed.by_rule.find(r.id);
  if (change == changed.by_rule.end()) return made;
  changed.met.insert(change->first);
  made.changed = change->second;
  if (weakens_locked(r, *made.changed, made.mode, made.percent)) {
    error(found, made.changed->place, "E418", "rule " + r.id + " is locked by its pack and cannot be made weaker than " +
                                                  std::string(to_string(made.mode)) + "; leave the override out");
  }
  made.mode = made.changed->mode;
  made.percent = made.changed->percent;
  check_pinned(use, made.mode, made.changed->place, "rule " + r.id, from, found);
  return made;
}

void add_rules(const pack& from, const pack_use& use, mode of_pack, overrides& changed, owners& known,
               resolved_policy& into, problems& found) {
  for (const rule& r : from.rules) {
    const auto [first, is_new] = known.emplace(r.id, &from);
    if (!is_new) {
      error(found, r.place, "E401", "rule " + r.id + " stands in pack \"" + first->second->name +
                                        "\" as well, and one policy uses both; rename one");
      continue;
    }
    into.rules.push_back(resolve_rule(from, r, use, of_pack, changed, found));
  }
}

// Exceptions of rules that are not there, or that are locked.
void check_exceptions(const policy& p, const resolved_policy& into, problems& found) {
  std::map<std::string_view, const resolved_rule*> by_id;
  std::vector<std::string_view> ids;
  for (const auto& r : into.rules) {
    by_id.emplace(r.rule->id, &r);
    ids.push_back(r.rule->id);
  }
  for (const exception& x : p.exceptions) {
    for (const auto& id : x.rules) {
      const auto known = by_id.find(id);
      if (known == by_id.end()) {
        error(found, x.place, "E419", "exception " + x.id + ": no rule of the packs that this policy uses is called " + id + did_you_mean(id, ids));
      } else if (known->second->rule->locked) {
        error(found, x.place, "E418", "exception " + x.id + ": rule " + id + " is locked by its pack; there are no exceptions from it");
      }
    }
  }
}

void check_met(const policy& p, const overrides& changed, const resolved_policy& into, problems& found) {
  std::vector<std::string_view> ids;
  for (const auto& r : into.rules) ids.push_back(r.rule->id);
  for (const rule_override& o : p.overrides) {
    if (changed.met.contains(o.rule)) continue;
    error(found, o.place, "E404", "no rule of the packs that this policy uses is called " + o.rule + did_you_mean(o.rule, ids));
  }
}

}  // namespace

resolved_policy resolve(const policy& p, std::span<const pack> packs, problems& found) {
  resolved_policy all;
  overrides changed = index_overrides(p, found);
  owners known;
  std::set<std::string_view> used;
  for (const pack_use& use : p.use) {
    if (!used.insert(use.pack).second) {
      error(found, use.place, "E409", "pack \"" + use.pack + "\" is used twice");
      continue;
    }
    const pack* chosen = find_pack(use, packs, found);
    if (chosen == nullptr) {
      all.complete = false;
      continue;
    }
    const mode of_pack = use.mode.value_or(p.default_mode);
    check_pinned(use, of_pack, use.place, "this pack", *chosen, found);
    all.packs.push_back(chosen);
    add_rules(*chosen, use, of_pack, changed, known, all, found);
  }
  // A missing pack's rules would all look unknown.
  if (all.complete) {
    check_met(p, changed, all, found);
    check_exceptions(p, all, found);
  }
  return all;
}

}  // namespace stoplog::policy
