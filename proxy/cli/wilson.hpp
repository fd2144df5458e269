// How sure one may be of a share that was counted.
#pragma once

#include <cstddef>

namespace stoplog::cli {

struct share {
  double least = 0;
  double value = 0;
  double most = 1;
};

// `hits` of `all` with Wilson's 95 % interval (E. B. Wilson, 1927). Of nothing
// nothing is known: 0 to 1.
share wilson(std::size_t hits, std::size_t all) noexcept;

}  // namespace stoplog::cli
