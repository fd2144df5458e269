// The units whose sign was seen and that are being looked at.
#pragma once

#include "match/plan.hpp"
#include "match/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stoplog::match {

// Of a part of `all`: its matches that may still be combined.
struct part_progress {
  std::uint64_t next = 0;         // begins before it are in `spans` or have no match; of the part's view
  std::vector<text_span> spans;   // by begin; offsets of the text
};

// Offsets of the unit's view, but where said otherwise.
struct active_unit {
  std::uint32_t unit = 0;
  std::uint64_t next = 0;         // matches that begin before it are known
  std::uint64_t next_count = 0;   // code points of the view before it
  std::uint64_t last_begin = 0;   // no match begins after it
  std::uint64_t sign_end = 0;     // of the last sign
  std::uint64_t unasked = UINT64_MAX;  // no sign that was not asked about ends before it
  std::uint64_t asked_upto = 0;   // ends up to it were asked for
  std::uint64_t last_end = 0;     // of the last match found
  std::uint64_t checked = 0;      // bytes before it are known to be of the unit's set, or not
  std::uint64_t broken_at = 0;    // after the last byte that is not: no match lies across it

  // `all` only; offsets of the text.
  bool started = false;             // `parts` are of this activation
  std::uint64_t from = 0;           // nothing that begins before it can be combined
  std::uint64_t until = 0;          // combinations that end after it need a further sign
  std::uint64_t combined_upto = 0;  // ends up to it have been combined
  std::vector<part_progress> parts;
};

// A plan may serve several surfaces; then not all its rules apply to each.
struct unit_filter {
  const std::vector<rule_spec>* specs = nullptr;  // null: all apply
  surface where{};

  bool operator()(const unit& u) const noexcept { return specs == nullptr || (*specs)[u.rule].surfaces.contains(where); }
};

// A list that keeps the memory of what is removed from it.
class active_list {
 public:
  // `apart`: a unit has a place for each begin instead of one for all.
  explicit active_list(bool apart = false) noexcept : apart_(apart) {}
  bool apart() const noexcept { return apart_; }

  std::span<active_unit> all() noexcept { return {slots_.data(), count_}; }
  std::span<const active_unit> all() const noexcept { return {slots_.data(), count_}; }

  // The unit's place, or null.
  active_unit* find(std::uint32_t unit) noexcept {
    if (apart_) return nullptr;
    for (active_unit& a : all()) {
      if (a.unit == unit) return &a;
    }
    return nullptr;
  }

  active_unit& add(std::uint32_t unit) {
    if (count_ == slots_.size()) slots_.emplace_back();
    active_unit& a = slots_[count_++];
    std::vector<part_progress> parts = std::move(a.parts);
    a = {};
    a.unit = unit;
    a.parts = std::move(parts);
    return a;
  }

  void remove(std::size_t index) noexcept { std::swap(slots_[index], slots_[--count_]); }

 private:
  std::vector<active_unit> slots_;
  std::size_t count_ = 0;
  bool apart_;
};

}  // namespace stoplog::match
