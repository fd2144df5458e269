#include "policy/exception.hpp"

#include "policy/pattern.hpp"

#include <algorithm>

namespace stoplog::policy {
namespace {

bool any_takes(const std::vector<std::string>& patterns, std::string_view name) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return pattern_takes(p, name); });
}

bool says_whom(const std::vector<std::string>& patterns) {
  return !patterns.empty() && std::none_of(patterns.begin(), patterns.end(), [](const auto& p) { return p == "*"; });
}

}  // namespace

bool selector::takes(const subject& who) const {
  return any_takes(routes, who.route) && any_takes(teams, who.team) && any_takes(keys, who.key_id) &&
         any_takes(models, who.model) && any_takes(dialects, who.dialect);
}

bool exception::narrowed() const noexcept {
  return says_whom(when.routes) || says_whom(when.teams) || says_whom(when.keys) || says_whom(when.models);
}

}  // namespace stoplog::policy
