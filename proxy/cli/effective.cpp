#include "cli/effective.hpp"

#include "config/read_file.hpp"
#include "policy/resolve.hpp"

#include <algorithm>

namespace stoplog::cli {
namespace {

place at(const std::string& file, const config::node& n) { return {file, n.at.line, n.at.column}; }

// In the order in which resolving gives way: an override, then strictness, then
// the pack's use, then the policy's default.
void tell_mode(effective_rule& r, const policy::resolved_rule& by, const policy::policy& p) {
  const std::uint32_t strictness = by.use->strictness.value_or(1);
  if (by.changed != nullptr) {
    r.decided_by = "override: " + by.changed->reason;
    r.mode_place = by.changed->place;
  } else if (by.rule->strictness > strictness) {
    r.decided_by = "its strictness " + std::to_string(by.rule->strictness) + " is above the " + std::to_string(strictness) + " of use";
    r.mode_place = by.use->place;
  } else if (by.use->mode) {
    r.decided_by = "use";
    r.mode_place = by.use->mode_place.line != 0 ? by.use->mode_place : by.use->place;
  } else {
    const auto said = p.said.find("defaults.mode");
    r.mode_place = said != p.said.end() ? said->second : p.place;
    r.decided_by = said != p.said.end() ? "defaults.mode" : "the default of the language";
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

std::string written_places::value(const place& of, std::string_view dotted) {
  const auto* at = tree(of.file);
  while (at != nullptr && !dotted.empty()) {
    if (at->what == config::node::kind::scalar) break;  // one word for all of a group
    const std::size_t dot = dotted.find('.');
    const auto* inner = at->find(dotted.substr(0, dot));
    if (inner == nullptr) inner = at->find(dotted);  // a name with a dot in it: a category
    dotted.remove_prefix(inner == nullptr || dot == std::string_view::npos || inner == at->find(dotted) ? dotted.size() : dot + 1);
    at = inner;
  }
  return at == nullptr ? std::string() : at->text;
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
    effective_rule r{resolved.pack, resolved.rule, resolved.mode, resolved.percent, {}, {}, where.action(*resolved.pack, *resolved.rule)};
    tell_mode(r, resolved, of);
    all.push_back(std::move(r));
  }
  return all;
}

std::string refusals_of(const policy::part_actions& parts) {
  std::string named, spared, unknown;
  const bool all = parts.refuses_opaque(policy::part_actions::otherwise);
  for (const auto& [kind, action] : parts.opaque) {
    if (kind == policy::part_actions::otherwise) continue;
    std::string& list = action == policy::part_action::refuse ? named : spared;
    list += (list.empty() ? "" : ", ") + kind;
  }
  std::string told = !all ? (named.empty() ? "" : "opaque parts: " + named) : "every opaque part" + (spared.empty() ? "" : " but " + spared);
  for (const direction d : {direction::request, direction::response}) {
    if (parts.refuses_unknown(d)) unknown += (unknown.empty() ? "what is unknown in a " : " and in a ") + std::string(to_string(d));
  }
  return told + (told.empty() || unknown.empty() ? "" : "; ") + unknown;
}

std::string short_place(const place& p) { return p.file + ':' + std::to_string(p.line); }

}  // namespace stoplog::cli
