// Counts of durations in buckets at most 1.6 % wide, from a nanosecond to hours.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace stoplog::bench {

class histogram {
 public:
  void add(std::int64_t nanoseconds) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 0));
    ++counts_[bucket_of(value)];
    ++total_;
    sum_ += static_cast<double>(value);
    most_ = std::max(most_, value);
  }

  // {"count":..,"mean":..,"p50":..} in microseconds.
  std::string json() const {
    char out[256];
    const double mean = total_ == 0 ? 0 : sum_ / static_cast<double>(total_) / 1e3;
    std::snprintf(out, sizeof out, R"({"count":%llu,"mean":%.1f,"p50":%.1f,"p90":%.1f,"p99":%.1f,"p999":%.1f,"max":%.1f})",
                  static_cast<unsigned long long>(total_), mean, quantile(0.5), quantile(0.9), quantile(0.99), quantile(0.999),
                  static_cast<double>(most_) / 1e3);
    return out;
  }

 private:
  static constexpr unsigned step_bits = 6;
  static constexpr std::uint64_t steps = 1U << step_bits;

  // Below 64 exactly; above, 64 buckets for each doubling.
  static std::size_t bucket_of(std::uint64_t value) {
    if (value < steps) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - step_bits - 1;
    return (shift + 1) * steps + ((value >> shift) - steps);
  }
  static double middle_of(std::size_t bucket) {
    if (bucket < steps) return static_cast<double>(bucket);
    const std::size_t shift = bucket / steps - 1;
    return (static_cast<double>(bucket % steps + steps) + 0.5) * static_cast<double>(std::uint64_t{1} << shift);
  }
  double quantile(double part) const {
    std::uint64_t seen = 0;
    for (std::size_t at = 0; at < counts_.size(); ++at) {
      seen += counts_[at];
      if (seen != 0 && static_cast<double>(seen) >= part * static_cast<double>(total_)) {
        return std::min(middle_of(at), static_cast<double>(most_)) / 1e3;
      }
    }
    return 0;
  }

  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(40 * steps);
  std::uint64_t total_ = 0;
  std::uint64_t most_ = 0;
  double sum_ = 0;
};

}  // namespace stoplog::bench
