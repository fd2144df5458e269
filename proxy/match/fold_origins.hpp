// The fold, backwards.
#pragma once

#include <bitset>

namespace stoplog::match {

// The first bytes of characters whose folded form begins with this byte.
const std::bitset<256>& fold_origins(unsigned char first);

}  // namespace stoplog::match
