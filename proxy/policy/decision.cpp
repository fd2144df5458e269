#include "policy/decision.hpp"

#include "policy/compiled.hpp"

#include <utility>

namespace stoplog::policy {

void decision::add(finding f, const compiled_policy& by) {
  const auto rules = by.rules();
  expects(f.rule < rules.size(), "a finding of a rule that the policy does not have");
  const bool stronger = f.enforced > verdict;
  const bool as_strong = f.enforced == verdict && f.enforced != stoplog::verdict::allow;
  const bool more_severe = as_strong && (!rule || rules[f.rule].severity > rules[*rule].severity);
  if (stronger || more_severe) {
    verdict = f.enforced;
    rule = f.rule;
    refused.reset();
  }
  findings.push_back(std::move(f));
}

void decision::refuse(refused_part part) {
  if (verdict == stoplog::verdict::block) return;
  verdict = stoplog::verdict::block;
  rule.reset();
  refused = std::move(part);
}

}  // namespace stoplog::policy
