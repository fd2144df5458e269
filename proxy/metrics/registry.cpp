#include "metrics/registry.hpp"

#include "base/error.hpp"
#include "metrics/text_format.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <utility>
#include <variant>

namespace stoplog::metrics {
namespace {

using callback = std::function<double()>;

// One name with one label set. Held by pointer: the references that were handed
// out stay good.
struct series {
  labels with;
  std::variant<std::unique_ptr<counter>, std::unique_ptr<gauge>, std::unique_ptr<histogram>, callback> value;
};

struct family {
  std::string help;
  std::string_view type;
  std::vector<double> bounds;
  std::deque<series> members;
  std::map<labels, series*> by_labels;
};

// name{a="b",le="c"} and a space; `suffix` is part of the name.
void append_name(std::string& out, std::string_view name, std::string_view suffix, const labels& with,
                 std::string_view bound = {}) {
  out.append(name).append(suffix);
  char before = '{';
  const auto add = [&](std::string_view label, std::string_view value) {
    out += before;
    before = ',';
    out.append(label).append("=\"");
    append_label_value(out, value);
    out += '"';
  };
  for (const auto& [label, value] : with) add(label, value);
  if (!bound.empty()) add("le", bound);
  if (before == ',') out += '}';
  out += ' ';
}

void append_line(std::string& out, std::uint64_t value) { out.append(std::to_string(value)) += '\n'; }

}  // namespace

histogram::histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {
  const bool finite = std::all_of(bounds_.begin(), bounds_.end(), [](double b) { return std::isfinite(b); });
  const bool ascending = std::adjacent_find(bounds_.begin(), bounds_.end(), std::greater_equal<>()) == bounds_.end();
  expects(finite && ascending, "a histogram's bounds are finite and ascend");
}

void histogram::observe(double seconds) noexcept {
  if (std::isnan(seconds)) return;
  const double value = std::clamp(seconds, 0.0, 1e9);  // nanoseconds of more would overflow
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(static_cast<std::uint64_t>(value * 1e9), std::memory_order_relaxed);
}

struct registry::state {
  mutable std::mutex mutex;
  std::map<std::string, family, std::less<>> families;

  family& family_of(std::string_view name, std::string_view help, std::string_view type) {
    expects(is_metric_name(name), "a metric has a name that Prometheus takes");
    auto found = families.find(name);
    if (found == families.end()) {
      found = families.emplace(name, family{std::string(help), type, {}, {}, {}}).first;
    }
    expects(found->second.type == type, "a metric keeps its type");
    return found->second;
  }

  // The label set's own series, made by `make` when it is new.
  template <class Make>
  series& series_of(family& in, labels with, Make make) {
    const bool named = std::all_of(with.begin(), with.end(), [](const auto& l) { return is_label_name(l.first); });
    expects(named, "a label has a name that Prometheus takes");
    auto found = in.by_labels.find(with);
    if (found == in.by_labels.end() && in.members.size() >= series_max) {
      for (auto& [label, value] : with) value = "other";
      found = in.by_labels.find(with);
    }
    if (found != in.by_labels.end()) return *found->second;
    series& made = in.members.emplace_back(series{with, make()});
    in.by_labels.emplace(std::move(with), &made);
    return made;
  }
};

registry::registry() : state_(std::make_unique<state>()) {}
registry::~registry() = default;

counter& registry::make_counter(std::string_view name, std::string_view help, labels with) {
  const std::lock_guard held(state_->mutex);
  family& in = state_->family_of(name, help, "counter");
  return *std::get<0>(state_->series_of(in, std::move(with), [] { return std::make_unique<counter>(); }).value);
}

gauge& registry::make_gauge(std::string_view name, std::string_view help, labels with) {
  const std::lock_guard held(state_->mutex);
  family& in = state_->family_of(name, help, "gauge");
  series& found = state_->series_of(in, std::move(with), [] { return std::make_unique<gauge>(); });
  expects(found.value.index() == 1, "a gauge that is asked for its value cannot be set");
  return *std::get<1>(found.value);
}

histogram& registry::make_histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                                    labels with) {
  const std::lock_guard held(state_->mutex);
  family& in = state_->family_of(name, help, "histogram");
  if (in.members.empty()) in.bounds = bounds;
  expects(in.bounds == bounds, "all histograms of one name have the same bounds");
  const auto make = [&] { return std::make_unique<histogram>(std::move(bounds)); };
  return *std::get<2>(state_->series_of(in, std::move(with), make).value);
}

void registry::make_callback(std::string_view name, std::string_view help, callback value, labels with) {
  const std::lock_guard held(state_->mutex);
  family& in = state_->family_of(name, help, "gauge");
  series& found = state_->series_of(in, std::move(with), [] { return callback{}; });
  expects(found.value.index() == 3, "a gauge that is set cannot be asked for its value");
  found.value = std::move(value);
}

std::string registry::to_text() const {
  const std::lock_guard held(state_->mutex);
  std::string out;
  for (const auto& [name, in] : state_->families) {
    out.append("# HELP ").append(name) += ' ';
    append_help(out, in.help);
    out.append("\n# TYPE ").append(name).append(" ").append(in.type) += '\n';
    for (const series& one : in.members) {
      if (const auto* c = std::get_if<0>(&one.value)) {
        append_name(out, name, "", one.with);
        append_line(out, (*c)->value());
      } else if (const auto* g = std::get_if<1>(&one.value)) {
        append_name(out, name, "", one.with);
        out.append(std::to_string((*g)->value())) += '\n';
      } else if (const auto* h = std::get_if<2>(&one.value)) {
        append_histogram(out, name, one.with, **h);
      } else {
        append_name(out, name, "", one.with);
        append_number(out, std::get<3>(one.value)());
        out += '\n';
      }
    }
  }
  return out;
}

// The count is the sum of the buckets as they were read, so that it equals the
// last bucket whatever is being added meanwhile.
void registry::append_histogram(std::string& out, std::string_view name, const labels& with, const histogram& h) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < h.buckets_.size(); ++i) {
    count += h.buckets_[i].load(std::memory_order_relaxed);
    std::string bound;
    if (i < h.bounds_.size()) append_number(bound, h.bounds_[i]);
    else bound = "+Inf";
    append_name(out, name, "_bucket", with, bound);
    append_line(out, count);
  }
  append_name(out, name, "_sum", with);
  append_number(out, static_cast<double>(h.sum_ns_.load(std::memory_order_relaxed)) / 1e9);
  out += '\n';
  append_name(out, name, "_count", with);
  append_line(out, count);
}

}  // namespace stoplog::metrics
