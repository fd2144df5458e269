// What a stream is looking at: the units whose sign was seen.
#pragma once

#include "match/plan.hpp"
#include "match/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace stoplog::match {

// A part of an `any` rule. Offsets are of its view.
struct active_part {
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
};

// A combination. Offsets are of the text, but where said otherwise.
struct active_combination {
  std::uint32_t unit = 0;
  bool started = false;             // `parts` are of this activation
  std::uint64_t from = 0;           // nothing that begins before it can be combined
  std::uint64_t until = 0;          // combinations that end after it need a further sign
  std::uint64_t combined_upto = 0;  // ends up to it have been combined
  struct match {
    text_span where;
    std::uint64_t known = 0;        // it is certain when so much of the text was seen
    friend bool operator==(const match&, const match&) = default;
  };
  struct part {
    std::uint64_t next = 0;         // begins before it are in `matches` or have none; of the part's view
    std::vector<match> matches;     // that may still be combined, by begin
  };
  std::vector<part> parts;
};

// A plan may serve several surfaces; then not all its rules apply to each.
struct unit_filter {
  const std::vector<rule_spec>* specs = nullptr;  // null: all apply
  surface where{};

  bool operator()(const unit& u) const noexcept { return specs == nullptr || (*specs)[u.rule].surfaces.contains(where); }
};

// A list that keeps the memory of what is removed from it.
template <class Active>
class active_list {
 public:
  std::span<Active> all() noexcept { return {slots_.data(), count_}; }
  std::span<const Active> all() const noexcept { return {slots_.data(), count_}; }
  bool empty() const noexcept { return count_ == 0; }

  Active* find(std::uint32_t unit) noexcept {
    for (Active& a : all()) {
      if (a.unit == unit) return &a;
    }
    return nullptr;
  }

  // As it was left by what was removed, but for its unit.
  Active& add(std::uint32_t unit) {
    if (count_ == slots_.size()) {
      slots_.reserve(count_ + 1 + count_ / 2);  // few are ever needed at once
      slots_.emplace_back();
    }
    slots_[count_].unit = unit;
    return slots_[count_++];
  }

  void remove(std::size_t index) noexcept { std::swap(slots_[index], slots_[--count_]); }

 private:
  std::vector<Active> slots_;
  std::size_t count_ = 0;
};

struct active_units {
  active_list<active_part> parts;
  active_list<active_combination> combinations;
  bool apart = false;   // a part has a place for each begin instead of one for all

  bool empty() const noexcept { return parts.empty() && combinations.empty(); }
};

}  // namespace stoplog::match
