#include "cli/effective.hpp"

#include "config/read_file.hpp"
#include "policy/resolve.hpp"

#include <algorithm>

namespace stoplog::cli {
namespace {

place at(const std::string& file, const config::node& n) { return {file, n.at.line, n.at.column}; }

const policy::pack_use* use_of(const policy::policy& p, const policy::pack& pack) {
  const auto found = std::find_if(p.use.begin(), p.use.end(), [&](const auto& u) { return u.pack == pack.name; });
  return found == p.use.end() ? nullptr : &*found;
}

const policy::rule_override* override_of(const policy::policy& p, const policy::rule& rule) {
  const auto found = std::find_if(p.overrides.begin(), p.overrides.end(), [&](const auto& o) { return o.rule == rule.id; });
  return found == p.overrides.end() ? nullptr : &*found;
}

// In the order in which resolving gives way: an override, then strictness, then
// the pack's use, then the policy's default.
void tell_mode(effective_rule& r, const policy::policy& p, written_places& where) {
  const auto* use = use_of(p, *r.pack);
  if (const auto* change = override_of(p, *r.rule)) {
    r.decided_by = "override: " + change->reason;
    r.mode_place = change->place;
  } else if (use != nullptr && r.rule->strictness > use->strictness) {
    r.decided_by = "its strictness " + std::to_string(r.rule->strictness) + " is above the " + std::to_string(use->strictness) + " of use";
    r.mode_place = use->place;
  } else if (use != nullptr && use->mode) {
    r.decided_by = "use";
    r.mode_place = use->place;
  } else {
    r.mode_place = where.default_mode(p);
    const bool said = r.mode_place.line != p.place.line || r.mode_place.column != p.place.column;
    r.decided_by = said ? "defaults.mode" : "the default of the language";
  }
}

}  // namespace

const config::node* written_places::tree(const std::string& file) {
  const auto [known, is_new] = trees_.try_emplace(file);
  if (is_new) {
    problems told_when_loaded;
    if (const auto text = config::read_file(file)) known->second = config::read_yaml(*text, file, told_when_loaded);
  }
  return known->second ? &*known->second : nullptr;
}

place written_places::default_mode(const policy::policy& of) {
  const auto* root = tree(of.place.file);
  const auto* defaults = root != nullptr ? root->find("defaults") : nullptr;
  const auto* mode = defaults != nullptr ? defaults->find("mode") : nullptr;
  return mode != nullptr ? at(of.place.file, *mode) : of.place;
}

place written_places::action(const policy::pack& of, const policy::rule& rule) {
  const auto* root = tree(of.place.file);
  const auto* rules = root != nullptr ? root->find("rules") : nullptr;
  if (rules == nullptr) return rule.place;
  for (const auto& item : rules->items) {
    const auto* id = item.find("id");
    const auto* action = item.find("action");
    const bool same = id != nullptr && id->at.line == rule.place.line && id->at.column == rule.place.column;
    if (same && action != nullptr) return at(of.place.file, *action);
  }
  return rule.place;
}

std::vector<effective_rule> effective_rules(const policy::policy& of, std::span<const policy::pack> packs,
                                            written_places& where, problems& found) {
  std::vector<effective_rule> all;
  for (const auto& resolved : policy::resolve(of, packs, found).rules) {
    effective_rule r{resolved.pack, resolved.rule, resolved.mode, {}, {}, where.action(*resolved.pack, *resolved.rule)};
    tell_mode(r, of, where);
    all.push_back(std::move(r));
  }
  return all;
}

std::string short_place(const place& p) { return p.file + ':' + std::to_string(p.line); }

}  // namespace stoplog::cli
