// What is allowed in a rule and yet probably not meant.
#pragma once

#include "policy/policy.hpp"
#include "policy/rule.hpp"

namespace stoplog::policy {

// Warnings W301 to W304 and W306, at the place of the rule or part.
void lint(const rule& r, problems& found);

// Warnings of exceptions, at their places: W310 over in 14 days or less, W313
// over, W314 for everybody, W315 for more than a year to come.
void lint(const policy& p, wall_time now, problems& found);

}  // namespace stoplog::policy
