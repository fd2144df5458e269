// Several readers of one file find the same faults in it.
#pragma once

#include "base/place.hpp"

namespace stoplog::policy {

// Keeps the first of equal problems, in their order. Ten thousand are no trouble.
void tell_once(problems& found);

}  // namespace stoplog::policy
