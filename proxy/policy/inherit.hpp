// Policies that extend others -> policies that stand alone.
#pragma once

#include "policy/policy.hpp"

#include <memory>
#include <vector>

namespace stoplog::policy {

inline constexpr std::size_t extends_max = 3;  // policies above one

struct inherited {
  policy merged;                       // what the file does not say is the base's
  std::shared_ptr<const policy> base;  // merged as well; null if it extends nothing
};

// In their order, templates too. What cannot be resolved is told (E415, E416,
// E420), and stays as it was written.
std::vector<inherited> inherit(std::vector<policy> written, problems& found);

}  // namespace stoplog::policy
