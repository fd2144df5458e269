#include "text/offset_map.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace stoplog::text {

void offset_map::begin_run(std::uint64_t count, std::uint32_t folded, std::uint32_t original) {
  if (count == 0) return;
  if (folded != 0) runs_.push_back({folded_end_, original_end_, folded, original});
  gap_ = folded == 0;
}

const offset_map::run& offset_map::run_of(std::uint64_t at) const {
  if (!runs_.empty() && at >= runs_.back().folded_begin) return runs_.back();
  const auto begin = runs_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto after = std::upper_bound(begin, runs_.end(), at, [](std::uint64_t a, const run& r) { return a < r.folded_begin; });
  expects(after != begin, "offset_map: asked for a position that was forgotten");
  return *(after - 1);
}

std::uint64_t offset_map::begin_of(std::uint64_t at) const {
  if (at >= folded_end_) return original_end_;
  const run& r = run_of(at);
  if (r.folded_step == 1) return r.original_begin + (at - r.folded_begin) * r.original_step;
  return r.original_begin + (at - r.folded_begin) / r.folded_step * r.original_step;
}

std::uint64_t offset_map::end_of(std::uint64_t at) const {
  expects(at < folded_end_, "offset_map: asked for a position beyond the end");
  const run& r = run_of(at);
  return r.original_begin + ((at - r.folded_begin) / r.folded_step + 1) * r.original_step;
}

std::uint64_t offset_map::folded_before(std::uint64_t original) const noexcept {
  const auto begin = runs_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto after = std::lower_bound(begin, runs_.end(), original, [](const run& r, std::uint64_t o) { return r.original_begin < o; });
  const std::uint64_t limit = after == runs_.end() ? folded_end_ : after->folded_begin;
  if (after == begin) return limit;
  const run& r = *(after - 1);
  const std::uint64_t begun = (original - r.original_begin + r.original_step - 1) / r.original_step;
  return std::min(limit, r.folded_begin + begun * r.folded_step);
}

void offset_map::forget_before(std::uint64_t at) {
  if (at >= folded_end_) {
    runs_.clear();
    first_ = 0;
    return;
  }
  while (first_ + 1 < runs_.size() && runs_[first_ + 1].folded_begin <= at) ++first_;
  // Moving the rest down pays when it is the smaller part: constant work a run.
  if (first_ * 2 > runs_.size()) {
    runs_.erase(runs_.begin(), runs_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

}  // namespace stoplog::text
