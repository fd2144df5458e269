// What a client is told when a policy ended an answer.
#pragma once

#include "dialect/codec.hpp"
#include "guard/report.hpp"
#include "policy/compiled.hpp"

namespace stoplog::guard {

// Of a report whose verdict is block. Views of both.
inline dialect::blocked_ending ending_of(const report& of, const policy::compiled_policy& policy) {
  if (of.decision.refused) return {policy.message_for(*of.decision.refused), of.decision.refused->category};
  expects(of.decision.rule.has_value(), "a block has a rule that decided");
  const std::uint32_t rule = *of.decision.rule;
  return {policy.message_for(rule), policy.rules()[rule].category};
}

}  // namespace stoplog::guard
