// How far a text is judged.
#pragma once

#include <cstdint>

namespace stoplog::match {

// Its first `upto` bytes, a border between code points, and whether it ends there.
struct cut {
  std::uint64_t upto = 0;
  bool end = false;
};

}  // namespace stoplog::match
