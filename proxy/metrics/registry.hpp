// Counters, gauges and histograms, and the Prometheus text that shows them.
// A metric is made once at start-up; adding to one is one relaxed atomic.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoplog::metrics {

using labels = std::vector<std::pair<std::string, std::string>>;

class counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class gauge {
 public:
  void add(std::int64_t n) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(std::int64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Upper bounds in seconds, finite and ascending; +Inf is implied.
class histogram {
 public:
  explicit histogram(std::vector<double> bounds);
  // A negative value counts as 0; one that is not a number is not counted.
  void observe(double seconds) noexcept;

 private:
  friend class registry;
  std::vector<double> bounds_;
  std::deque<std::atomic<std::uint64_t>> buckets_;  // not cumulative; one more than bounds
  std::atomic<std::uint64_t> sum_ns_{0};
};

// References that it hands out live as long as it does. make_* and to_text are
// safe from any thread. A name that breaks Prometheus' rules, or that was made
// as another type, is a bug (expects).
class registry {
 public:
  // Label sets of one name. Beyond it, further ones share a metric whose label
  // values are all `other`, so that values which clients choose (a model's
  // name) cannot fill the memory.
  static constexpr std::size_t series_max = 1000;

  registry();
  ~registry();

  // Names follow Prometheus: snake_case, unit last, counters end in _total.
  // Asking again for the same name and labels returns the same metric.
  counter& make_counter(std::string_view name, std::string_view help, labels with = {});
  gauge& make_gauge(std::string_view name, std::string_view help, labels with = {});
  histogram& make_histogram(std::string_view name, std::string_view help, std::vector<double> bounds, labels with = {});
  // A gauge whose value is asked for when the text is made; it must not call the
  // registry. Made again, the new function takes the place of the old one.
  void make_callback(std::string_view name, std::string_view help, std::function<double()> value, labels with = {});

  // Prometheus text exposition format 0.0.4.
  std::string to_text() const;

 private:
  struct state;
  static void append_histogram(std::string& out, std::string_view name, const labels& with, const histogram& h);
  std::unique_ptr<state> state_;
};

}  // namespace stoplog::metrics
