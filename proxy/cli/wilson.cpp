#include "cli/wilson.hpp"

#include <algorithm>
#include <cmath>

namespace stoplog::cli {

share wilson(std::size_t hits, std::size_t all) noexcept {
  if (all == 0) return {};
  constexpr double z = 1.959963984540054;  // of the normal distribution, 2.5 % lie above
  const double n = static_cast<double>(all), p = static_cast<double>(hits) / n;
  const double spread = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double middle = p + z * z / (2 * n), scale = 1 + z * z / n;
  return {std::max(0.0, (middle - spread) / scale), p, std::min(1.0, (middle + spread) / scale)};
}

}  // namespace stoplog::cli
