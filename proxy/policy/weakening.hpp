// What a policy may not do to the one that it extends.
#pragma once

#include "policy/policy.hpp"

#include <span>

namespace stoplog::policy {

// Both are merged. Told: rules that the policy makes weaker without an override
// of its own (E417), or though they are locked (E418); values that it makes
// weaker (E421).
void check_not_weaker(const policy& p, const policy& base, std::span<const pack> packs, problems& found);

}  // namespace stoplog::policy
