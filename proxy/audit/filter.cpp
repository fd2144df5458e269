#include "audit/filter.hpp"

#include <algorithm>

namespace stoplog::audit {
namespace {

bool holds(std::string_view asked, std::string_view value) { return asked.empty() || asked == value; }

bool holds(const filter& f, const facet& found) {
  return holds(f.rule, found.rule) && holds(f.category, found.category) && holds(f.severity, found.severity) &&
         holds(f.mode, found.mode) && holds(f.fingerprint, found.fingerprint);
}

}  // namespace

void for_each_facet(const record& r, const std::function<void(const facet&)>& each) {
  for (const finding& f : r.findings) each({f.rule, f.category, f.severity, f.mode, f.fingerprint});
  const bool listed =
      std::any_of(r.findings.begin(), r.findings.end(), [&](const finding& f) { return f.rule == r.rule; });
  if (!r.rule.empty() && !listed) each({r.rule, r.category, r.severity, "enforce", {}});
}

bool matches(const filter& f, const record& r) {
  if (!r.id.starts_with(f.id) || !r.policy_digest.starts_with(f.policy_digest)) return false;
  if (!holds(f.kind, to_string(r.kind)) || !holds(f.key, r.key_id) || !holds(f.team, r.team)) return false;
  if (!holds(f.user, r.user) || !holds(f.conversation, r.conversation)) return false;
  if (!holds(f.route, r.route) || !holds(f.endpoint, r.endpoint) || !holds(f.decision, r.decision)) return false;
  if (!holds(f.model, r.model_asked) && !holds(f.model, r.model_answered)) return false;
  if ((f.since && r.at < *f.since) || (f.until && r.at >= *f.until)) return false;
  if (f.status && r.status != *f.status) return false;
  if (!f.asks_for_findings()) return true;
  bool found = false;
  for_each_facet(r, [&](const facet& one) { found = found || holds(f, one); });
  return found;
}

}  // namespace stoplog::audit
