// Packs and policies in a line.
#pragma once

#include "policy/compiled.hpp"

#include <string>
#include <utility>
#include <vector>

namespace stoplog::test {

inline constexpr std::string_view key = "0123456789abcdef";

inline policy::rule make_rule(std::string id, policy::action action, std::string regex, std::uint32_t line = 1) {
  policy::rule r;
  r.id = std::move(id);
  r.title = "title of " + r.id;
  r.category = "test.rule";
  r.action = action;
  match::part p;
  p.regex = std::move(regex);
  r.match.parts.push_back(std::move(p));
  r.place = {"pack.yaml", line, 9};
  r.part_places.push_back({"pack.yaml", line + 3, 11});
  return r;
}

inline policy::pack make_pack(std::string name, std::string version, std::vector<policy::rule> rules) {
  policy::pack p;
  p.name = std::move(name);
  p.version = std::move(version);
  p.digest = "sha256:" + p.name + p.version;
  p.rules = std::move(rules);
  p.place = {p.name + ".yaml", 1, 1};
  return p;
}

inline policy::pack_use use(std::string pack, std::string version, std::optional<policy::mode> mode = {}) {
  policy::pack_use u;
  u.pack = std::move(pack);
  u.version = std::move(version);
  u.mode = mode;
  u.place = {"policy.yaml", 5, 5};
  return u;
}

inline policy::rule_override change(std::string rule, policy::mode mode) {
  return {std::move(rule), mode, 0, "because", {"policy.yaml", 9, 5}};
}

inline policy::policy make_policy(std::string name, std::vector<policy::pack_use> uses) {
  policy::policy p;
  p.name = std::move(name);
  p.version = "1.0.0";
  p.digest = "sha256:" + p.name;
  p.use = std::move(uses);
  p.place = {p.name + ".yaml", 1, 1};
  return p;
}

// The lines of the problems, each on its own.
inline std::string lines(const problems& found) {
  std::string all;
  for (const auto& p : found) all += to_string(p) + "\n";
  return all;
}

}  // namespace stoplog::test
