// Files are compared as trees, so that a key that is added to the language is
// compared as well; modes are compared as the policies resolve them.
#include "cli/difference.hpp"

#include "config/yaml_reader.hpp"
#include "policy/inherit.hpp"
#include "policy/resolve.hpp"
#include "policy/version.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace stoplog::cli {
namespace {

using config::node;

bool equal(const node& a, const node& b) {
  if (a.what != b.what || a.text != b.text || a.items.size() != b.items.size()) return false;
  if (a.what != node::kind::map) return std::equal(a.items.begin(), a.items.end(), b.items.begin(), equal);
  return std::all_of(a.keys.begin(), a.keys.end(), [&](const node& key) {
    const node* other = b.find(key.text);
    return other != nullptr && equal(*a.find(key.text), *other);
  });
}

// Keys whose values differ, or that one of the two lacks; `left_out` are
// compared elsewhere.
std::string differing_keys(const node& a, const node& b, const std::set<std::string_view>& left_out) {
  std::set<std::string> keys;
  for (const auto* one : {&a, &b}) {
    for (const node& key : one->keys) keys.insert(key.text);
  }
  std::string all;
  for (const auto& key : keys) {
    const node *before = a.find(key), *after = b.find(key);
    const bool same = before != nullptr && after != nullptr && equal(*before, *after);
    if (!same && !left_out.contains(key)) all += (all.empty() ? "" : ", ") + key;
  }
  return all;
}

// A pack or a policy, and its tree.
struct file_tree {
  std::string name, version, digest;
  stoplog::place place;
  node root;
};

using trees = std::map<std::string, file_tree>;

std::string mode_text(policy::mode m, std::uint32_t percent) {
  return std::string(to_string(m)) + (m == policy::mode::canary ? " " + std::to_string(percent) + "%" : "");
}

class comparison {
 public:
  comparison(const config::documents& before, const config::documents& after) : before_(before), after_(after) {}

  std::vector<change> run() {
    compare("pack ", trees_of(before_, before_.packs), trees_of(after_, after_.packs), {"metadata", "rules", "lists", "fragments"}, "rules", "rule ", "id");
    compare("policy ", trees_of(before_, before_.policies), trees_of(after_, after_.policies), {"metadata", "exceptions"}, "exceptions", "exception ", "id");
    return std::move(all_);
  }

 private:
  template <class T>
  static trees trees_of(const config::documents& all, const std::vector<T>& values) {
    trees made;
    for (const T& v : values) {
      const auto text = all.texts.find(v.place.file);
      problems told_when_loaded;
      auto root = text == all.texts.end() ? std::nullopt : config::read_yaml(text->second, v.place.file, told_when_loaded);
      const auto known = made.find(v.name);
      const bool later = known == made.end() || policy::parse_version(known->second.version) < policy::parse_version(v.version);
      if (later) made.insert_or_assign(v.name, file_tree{v.name, v.version, v.digest, v.place, root ? std::move(*root) : node{}});
    }
    return made;
  }

  void tell(const std::string& of, std::string what, std::string how, place where) { all_.push_back({of, std::move(what), std::move(how), std::move(where)}); }

  static place at(const file_tree& tree, const node& n) { return {tree.place.file, n.at.line, n.at.column}; }

  void compare(const std::string& kind, const trees& before, const trees& after, const std::set<std::string_view>& apart,
               std::string_view list, const std::string& item, std::string_view item_key) {
    std::set<std::string> names;
    for (const auto* side : {&before, &after}) {
      for (const auto& [name, tree] : *side) names.insert(name);
    }
    for (const auto& name : names) {
      const auto a = before.find(name), b = after.find(name);
      if (a == before.end()) {
        tell(kind + name, "", "added, " + b->second.version, b->second.place);
      } else if (b == after.end()) {
        tell(kind + name, "", "removed", a->second.place);
      } else {
        compare_files(kind + name, a->second, b->second, apart);
        compare_lists(kind + name, a->second, b->second, list, item, item_key);
      }
      if (kind == "policy ") compare_modes(name);
    }
  }

  void compare_files(const std::string& of, const file_tree& a, const file_tree& b, const std::set<std::string_view>& apart) {
    if (a.version != b.version) tell(of, "", "version " + a.version + " -> " + b.version, b.place);
    const std::string keys = differing_keys(a.root, b.root, apart);
    if (!keys.empty()) tell(of, "", "changed: " + keys, b.place);
    const std::size_t before = all_.size();
    for (const char* group : {"lists", "fragments"}) {
      const node none, *old_one = a.root.find(group), *new_one = b.root.find(group);
      const std::string names = differing_keys(old_one != nullptr ? *old_one : none, new_one != nullptr ? *new_one : none, {});
      if (!names.empty()) tell(of, group, "changed: " + names, new_one != nullptr ? at(b, *new_one) : b.place);
    }
    if (all_.size() == before && a.digest != b.digest && equal(a.root, b.root) && a.root.find("lists") != nullptr) {
      tell(of, "lists", "their files, or only comments", b.place);
    }
  }

  static std::map<std::string, const node*> items_of(const file_tree& tree, std::string_view list, std::string_view key) {
    std::map<std::string, const node*> items;
    const node* all = tree.root.find(list);
    if (all == nullptr) return items;
    for (const node& each : all->items) {
      if (const node* name = each.find(key)) items.emplace(name->text, &each);
    }
    return items;
  }

  void compare_lists(const std::string& of, const file_tree& a, const file_tree& b, std::string_view list, const std::string& item, std::string_view key) {
    const auto before = items_of(a, list, key), after = items_of(b, list, key);
    for (const auto& [name, old_one] : before) {
      if (!after.contains(name)) tell(of, item + name, "removed", at(a, *old_one));
    }
    for (const auto& [name, new_one] : after) {
      const auto old_one = before.find(name);
      if (old_one == before.end()) {
        tell(of, item + name, "added", at(b, *new_one));
      } else if (const std::string keys = differing_keys(*old_one->second, *new_one, {}); !keys.empty()) {
        tell(of, item + name, "changed: " + keys, at(b, *new_one));
      }
    }
  }

  struct running {
    policy::mode mode;
    std::uint32_t percent;
    place where;
  };

  static std::map<std::string, running> modes_in(const config::documents& all, const std::string& name, bool& there) {
    std::map<std::string, running> modes;
    problems told_when_compiled;
    const policy::policy* latest = nullptr;  // of a template there may be several
    const auto merged = policy::inherit(all.policies, told_when_compiled);
    for (const auto& each : merged) {
      const policy::policy& p = each.merged;
      const bool later = latest == nullptr || policy::parse_version(latest->version) < policy::parse_version(p.version);
      if (p.name == name && later) latest = &p;
    }
    there = latest != nullptr;
    if (!there) return modes;
    for (const auto& r : policy::resolve(*latest, all.packs, told_when_compiled).rules) modes.emplace(r.rule->id, running{r.mode, r.percent, r.rule->place});
    return modes;
  }

  // Also of a policy that is new or gone: its rules begin, or end.
  void compare_modes(const std::string& name) {
    bool old_there = false, new_there = false;
    const auto before = modes_in(before_, name, old_there), after = modes_in(after_, name, new_there);
    const auto off = [](const auto& modes, const std::string& rule) {
      const auto known = modes.find(rule);
      return known == modes.end() || known->second.mode == policy::mode::off;
    };
    std::set<std::string> rules;
    for (const auto* side : {&before, &after}) {
      for (const auto& [rule, mode] : *side) rules.insert(rule);
    }
    for (const auto& rule : rules) {
      const bool ran = !off(before, rule), runs = !off(after, rule);
      const auto text_of = [&](const auto& modes) { return mode_text(modes.at(rule).mode, modes.at(rule).percent); };
      const std::string was = ran ? text_of(before) : "off", is = runs ? text_of(after) : "off";
      if (was != is) tell("policy " + name, "rule " + rule, "mode " + was + " -> " + is, (runs ? after : before).at(rule).where);
    }
  }

  const config::documents& before_;
  const config::documents& after_;
  std::vector<change> all_;
};

}  // namespace

std::vector<change> differences(const config::documents& before, const config::documents& after) { return comparison(before, after).run(); }

}  // namespace stoplog::cli
