#include "config/reach.hpp"

#include "policy/did_you_mean.hpp"
#include "policy/pattern.hpp"

#include <algorithm>

namespace stoplog::config {
namespace {

bool any_takes(const std::vector<std::string>& patterns, std::string_view name) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                         [&](const auto& p) { return policy::pattern_takes(p, name); });
}

// Whether one selector takes every request of the route, whoever asks.
bool takes_whole_route(const policy::selector& s, const route& r) {
  const bool models = s.models.empty() ||
                      (!r.models.empty() && std::all_of(r.models.begin(), r.models.end(), [&](const auto& model) {
                        return std::find(s.models.begin(), s.models.end(), model) != s.models.end();
                      }));
  return models && s.teams.empty() && s.keys.empty() && s.dialects.empty() && any_takes(s.routes, r.name);
}

bool has_fallback(const policy::policy_set& policies) {
  return std::any_of(policies.policies().begin(), policies.policies().end(),
                     [](const auto& p) { return p->source().applies_to.empty(); });
}

bool is_covered(const route& r, const policy::policy_set& policies) {
  return std::any_of(policies.policies().begin(), policies.policies().end(), [&](const auto& p) {
    const auto& selectors = p->source().applies_to;
    return std::any_of(selectors.begin(), selectors.end(), [&](const auto& s) { return takes_whole_route(s, r); });
  });
}

void warn_unmatched(const policy::policy& p, const std::vector<std::string>& patterns,
                    std::span<const std::string_view> names, const char* what, const char* code, problems& found) {
  for (const auto& pattern : patterns) {
    const auto takes = [&](std::string_view name) { return policy::pattern_takes(pattern, name); };
    if (std::any_of(names.begin(), names.end(), takes)) continue;
    found.push_back({problem::level::warning, code,
                     "policy \"" + p.name + "\" applies to " + what + " \"" + pattern + "\", which the settings do not have" +
                         policy::did_you_mean(pattern, names),
                     p.place});
  }
}

}  // namespace

bool is_below(std::string_view path, std::string_view prefix) noexcept {
  if (prefix == "/") return path.starts_with('/');
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

bool takes_all_of(const route& earlier, const route& later) {
  if (!is_below(later.path, earlier.path)) return false;
  if (earlier.models.empty()) return true;
  return !later.models.empty() && std::all_of(later.models.begin(), later.models.end(), [&](const auto& model) {
    return std::find(earlier.models.begin(), earlier.models.end(), model) != earlier.models.end();
  });
}

namespace {

// Nothing is captured that nobody can be shown, and nothing is promised that the
// settings do not keep.
void check_audit(const audit_settings& has, const policy::policy& p, problems& found) {
  const auto at = [&p](const char* key) {
    const auto said = p.said.find(key);
    return said == p.said.end() ? p.place : said->second;
  };
  const auto needs_key = [](policy::capture c) { return c == policy::capture::redacted || c == policy::capture::full; };
  for (const auto& [key, asked] : {std::pair{"capture.default", p.capture.otherwise}, std::pair{"capture.on_match", p.capture.on_match}}) {
    if (!needs_key(asked) || !has.content.responders.empty()) continue;
    found.push_back({problem::level::error, "E507",
                     "policy \"" + p.name + "\" captures texts, and the settings name nobody who may read them; add audit.content.responders, "
                     "with a key of `stoplog audit keygen --responder`",
                     at(key)});
  }
  if (p.audit.on_write_failure == policy::on_write_failure::spool && has.spool.directory.empty()) {
    found.push_back({problem::level::error, "E508", "policy \"" + p.name + "\" spools, and the settings have no audit.spool", at("audit.on_write_failure")});
  }
  if (p.audit.keep_decisions && has.keep_for != duration::zero() && has.keep_for < *p.audit.keep_decisions) {
    found.push_back({problem::level::error, "E509", "policy \"" + p.name + "\" keeps decisions longer than audit.retention.age of the settings", at("audit.retention.decisions")});
  }
}

}  // namespace

void check_policies_reach(const settings& all, const policy::policy_set& policies, problems& found) {
  if (!has_fallback(policies)) {
    for (const route& r : all.routes) {
      if (is_covered(r, policies)) continue;
      found.push_back({problem::level::error, "E505",
                       "requests of route \"" + r.name + "\" may meet no policy; add one without applies_to as the fallback",
                       r.place});
    }
  }
  std::vector<std::string_view> routes, teams;
  for (const route& r : all.routes) routes.push_back(r.name);
  for (const client& c : all.clients) {
    if (!c.team.empty()) teams.push_back(c.team);
  }
  for (const auto& p : policies.policies()) {
    check_audit(all.audit, p->source(), found);
    for (const auto& s : p->source().applies_to) {
      warn_unmatched(p->source(), s.routes, routes, "route", "W325", found);
      warn_unmatched(p->source(), s.teams, teams, "team", "W326", found);
    }
  }
}

}  // namespace stoplog::config
