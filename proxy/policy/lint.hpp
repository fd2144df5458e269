// What is allowed in a rule and yet probably not meant.
#pragma once

#include "policy/rule.hpp"

namespace stoplog::policy {

// Warnings W301 to W304 and W306, at the place of the rule or part.
void lint(const rule& r, problems& found);

}  // namespace stoplog::policy
