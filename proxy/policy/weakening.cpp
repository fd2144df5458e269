#include "policy/weakening.hpp"

#include "policy/by_category.hpp"
#include "policy/resolve.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace stoplog::policy {
namespace {

void error(problems& found, const stoplog::place& where, const char* code, std::string message) {
  found.push_back({problem::level::error, code, std::move(message), where});
}

std::string at(const stoplog::place& p) { return p.file + " line " + std::to_string(p.line); }

bool same_place(const stoplog::place& a, const stoplog::place& b) {
  return a.file == b.file && a.line == b.line && a.column == b.column;
}

// off, shadow, 1 to 100 percent, enforce.
std::uint32_t strength(mode m, std::uint32_t percent) {
  switch (m) {
    case mode::off: return 0;
    case mode::shadow: return 1;
    case mode::canary: return 1 + percent;
    case mode::enforce: return 102;
  }
  return 0;
}

std::string said(mode m, std::uint32_t percent) {
  return std::string(to_string(m)) + (m == mode::canary ? " for " + std::to_string(percent) + " %" : "");
}

// What a use does to the rules of its pack is told once, not for each of them.
class weakened {
 public:
  weakened(const policy& p, const policy& base, problems& found) : policy_(p), base_(base), found_(found) {}

  void check(const resolved_rule& before, const resolved_rule* now) {
    const mode m = now != nullptr ? now->mode : mode::off;
    const std::uint32_t percent = now != nullptr ? now->percent : 0;
    if (strength(m, percent) >= strength(before.mode, before.percent)) return;
    const rule_override* own = now != nullptr ? now->changed : nullptr;
    if (own != nullptr && before.changed != nullptr && same_place(own->place, before.changed->place)) own = nullptr;
    const bool locked = before.rule->locked || before.use->locked;
    if (locked) {
      return error(found_, own != nullptr ? own->place : place_of(before), "E418",
                   "rule " + before.rule->id + " is locked at " + said(before.mode, before.percent) + " by policy \"" + base_.name + "\" (" +
                       at(before.use->place) + "); it cannot be made weaker here");
    }
    if (own != nullptr) return;
    weakening& of_pack = by_pack_[before.pack->name];
    if (of_pack.count++ != 0) return;
    of_pack.first = &before;
    of_pack.now = said(m, percent);
  }

  void tell() {
    for (const auto& [pack, w] : by_pack_) {
      const std::string rules = w.count == 1 ? "rule " + w.first->rule->id : std::to_string(w.count) + " rules, " + w.first->rule->id + " among them,";
      error(found_, place_of(*w.first), "E417",
            rules + " of pack \"" + std::string(pack) + "\" would go from " + said(w.first->mode, w.first->percent) + " (policy \"" + base_.name + "\") to " + w.now +
                "; what is weaker needs an override with a reason, for each rule");
    }
  }

 private:
  // Where this policy says something of the rule's pack, else where it begins.
  const stoplog::place& place_of(const resolved_rule& before) const {
    for (const pack_use& use : policy_.use) {
      if (use.pack == before.pack->name && use.place.file == policy_.place.file) return use.place;
    }
    const auto mode = policy_.said.find("defaults.mode");
    return mode != policy_.said.end() && mode->second.file == policy_.place.file ? mode->second : policy_.place;
  }

  struct weakening {
    std::size_t count = 0;
    const resolved_rule* first = nullptr;
    std::string now;
  };
  const policy& policy_;
  const policy& base_;
  problems& found_;
  std::map<std::string_view, weakening> by_pack_;
};

void check_rules(const policy& p, const policy& base, std::span<const pack> packs, problems& found) {
  problems told_elsewhere;
  const resolved_policy before = resolve(base, packs, told_elsewhere);
  const resolved_policy now = resolve(p, packs, told_elsewhere);
  if (!before.complete || !now.complete) return;
  std::map<std::string_view, const resolved_rule*> by_id;
  for (const resolved_rule& r : now.rules) by_id.emplace(r.rule->id, &r);
  weakened all(p, base, found);
  for (const resolved_rule& r : before.rules) {
    const auto still = by_id.find(r.rule->id);
    all.check(r, still == by_id.end() ? nullptr : still->second);
  }
  all.tell();
}

// An exception that the policy adds may not touch what its base has locked.
void check_exceptions(const policy& p, const policy& base, std::span<const pack> packs, problems& found) {
  problems told_elsewhere;
  std::map<std::string, const pack_use*> locked;
  const resolved_policy above = resolve(base, packs, told_elsewhere);
  for (const resolved_rule& r : above.rules) {
    if (r.use->locked) locked.emplace(r.rule->id, r.use);
  }
  for (std::size_t i = base.exceptions.size(); i < p.exceptions.size(); ++i) {
    for (const auto& id : p.exceptions[i].rules) {
      const auto by = locked.find(id);
      if (by == locked.end()) continue;
      error(found, p.exceptions[i].place, "E418",
            "exception " + p.exceptions[i].id + ": rule " + id + " is locked by policy \"" + base.name + "\" (" + at(by->second->place) + ")");
    }
  }
}

const stoplog::place& said_at(const policy& p, std::string_view key) {
  const auto found = p.said.find(key);
  return found == p.said.end() ? p.place : found->second;
}

on_error on_error_for(const policy& p, std::string_view category) {
  const auto* said = for_category(p.on_error_of, category);
  return said != nullptr ? *said : p.on_error;
}

// What the base blocks for the category of one of its rules, the policy lets pass.
void check_categories(const policy& p, const policy& base, std::span<const pack> packs, problems& found) {
  problems told_elsewhere;
  for (const resolved_rule& r : resolve(base, packs, told_elsewhere).rules) {
    const std::string& category = r.rule->category;
    if (on_error_for(p, category) == on_error::block || on_error_for(base, category) == on_error::allow) continue;
    return error(found, said_at(p, "defaults.on_error"), "E421",
                 "on_error: policy \"" + base.name + "\" blocks what cannot be judged for " + category + ", as of rule " + r.rule->id + "; that cannot be made weaker");
  }
}

// What the base refuses unread or unknown.
void check_parts(const policy& p, const policy& base, problems& found) {
  const auto tell = [&](const std::string& group, const std::string& name, const std::string& what) {
    const auto own = p.said.find("defaults." + group + '.' + name);
    error(found, own != p.said.end() ? own->second : said_at(p, "defaults." + group), "E421",
          group + ": policy \"" + base.name + "\" refuses " + what + "; that cannot be made weaker");
  };
  const auto& opaque = p.parts.opaque;
  for (const auto& [kind, action] : opaque) {
    const bool weaker = action == part_action::pass && base.parts.refuses_opaque(kind);
    if (weaker) tell("opaque", kind, kind == part_actions::otherwise ? "what cannot be read" : kind);
  }
  for (const direction d : {direction::request, direction::response}) {
    const bool weaker = base.parts.refuses_unknown(d) && !p.parts.refuses_unknown(d);
    if (weaker) tell("unknown", std::string(to_string(d)), "what is not known in a " + std::string(to_string(d)));
  }
}

void check_values(const policy& p, const policy& base, std::span<const pack> packs, problems& found) {
  if (p.on_error == on_error::allow && base.on_error == on_error::block) {
    error(found, said_at(p, "defaults.on_error"), "E421", "on_error: policy \"" + base.name + "\" blocks what cannot be judged; that cannot be made weaker");
  } else {
    check_categories(p, base, packs, found);
  }
  check_parts(p, base, found);
  if (p.stream_release == stream_release::exact && base.stream_release == stream_release::buffer) {
    error(found, said_at(p, "defaults.stream.release"), "E421",
          "release: policy \"" + base.name + "\" gives no answer out before all of it was judged (buffer); that cannot be made weaker");
  }
  if (p.audit.on_write_failure == on_write_failure::allow && base.audit.on_write_failure != on_write_failure::allow) {
    error(found, said_at(p, "audit.on_write_failure"), "E421", "on_write_failure: policy \"" + base.name + "\" lets nothing pass that is not recorded; that cannot be made weaker");
  }
}

}  // namespace

void check_not_weaker(const policy& p, const policy& base, std::span<const pack> packs, problems& found) {
  check_rules(p, base, packs, found);
  check_exceptions(p, base, packs, found);
  check_values(p, base, packs, found);
}

}  // namespace stoplog::policy
