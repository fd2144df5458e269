// What a stream on one kind of surface does with each byte: the rules that apply
// there, turned into literals to find, stretches of text to hold back, and
// signs at which RE2 is asked. Made once, then shared.
#pragma once

#include "match/anchor.hpp"
#include "match/byte_set.hpp"
#include "match/literal_index.hpp"
#include "match/part_matcher.hpp"
#include "match/rule_spec.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <vector>

namespace stoplog::match {

struct compiled_rule;

inline constexpr std::uint32_t none_of_them = UINT32_MAX;

// What RE2 is asked as one: a part of an `any` rule, or a combination (a rule
// with `all` or `at_least`).
struct unit {
  std::uint32_t rule = 0;
  std::uint32_t part = 0;          // of an `any` rule
  stoplog::match::view view = view::folded;  // of that part
  bool combines = false;
  std::uint32_t within = 0;        // of a combination
  std::uint32_t needed = 0;        // things of a combination
  bool guards_tail = false;        // of a combination: holds only what comes after all things but one; of a part: tells of tails
  bool holds = false;
  bool guards = false;             // of a part: its tails are held where one of its matches may have begun
  bool blocks = false;
  bool excusable = false;          // it has `unless` parts
  bool looks_ahead = false;
  bool ends_at_sign = false;       // every match ends where a sign ends
  std::uint32_t reach = 0;         // code points after a begin, all its matches are certain
  std::uint32_t shortest = 0;
  std::uint32_t before_min = 0;    // code points from a match's begin to its sign's
  std::uint32_t before_max = 0;
  std::uint32_t set = 0;           // of the view's byte sets: bytes of a match
  std::uint32_t run = none_of_them;        // where its matches begin, if not at a literal
  std::uint32_t prefixes_begin = 0;        // of the view's `prefixes`: sorted literals that its matches
  std::uint32_t prefixes_end = 0;          // begin with, if its sign is none of them
};

// Text held (or only kept) from a literal's begin on.
struct window_spec {
  std::uint32_t reach = 0;         // so many code points; of `in_bytes`, bytes as they came in
  std::uint32_t sign_by = UINT32_MAX;  // after so many code points only while a sign has begun before
  std::uint32_t set = 0;           // until a byte that is not in this set
  std::uint8_t leads = 0;
  bool holds = false;
  bool guards = false;             // tails in it are held
  bool in_bytes = false;           // for combinations, whose distance is in bytes of the text
  friend bool operator==(const window_spec&, const window_spec&) = default;
};

struct sign_use {
  std::uint32_t unit = 0;
  std::uint8_t leads = 0;          // of signs that begin a match
  bool begins = false;
};

// What a literal of the index means.
struct literal_use {
  std::uint32_t windows_begin = 0, windows_end = 0;
  std::uint32_t signs_begin = 0, signs_end = 0;
  std::uint32_t bytes = 0;
  std::uint32_t code_points = 0;
};

// Matches without a literal begin begin in a run: from a byte of `first` on, as
// long as the bytes are of `inside`. It is held while it goes on; for parts of
// combinations, afterwards too, as far as it may still be combined.
struct run_spec {
  byte_set first;
  byte_set inside;
  std::uint8_t leads = 0;
  std::uint32_t reach = 0;
  bool holds = false;
  bool guards = false;                   // tails in it are held
  std::uint32_t within = 0;              // of combinations: the largest distance, in bytes of the text
  std::uint32_t shortest = UINT32_MAX;   // of the units below, or of those parts
  std::vector<std::uint32_t> units;      // whose sign is the run's length
};

inline constexpr std::size_t runs_max = 64;

struct view_plan {
  bool used = false;
  literal_index index;
  std::vector<literal_use> literals;
  std::vector<window_spec> windows;
  std::vector<sign_use> signs;
  std::vector<std::uint32_t> prefixes;
  std::vector<byte_set> sets;
  std::vector<run_spec> runs;
  // By byte, a bit for each run.
  struct run_bytes {
    std::array<std::uint64_t, 256> inside{};     // it may be inside of the run
    std::array<std::uint64_t, 256> first{};      // and may begin one; such bytes are inside as well
  };
  run_bytes run_bytes_all;
  run_bytes run_bytes_reported;                  // without those of runs_deferred, inside of which is everything
  std::uint64_t runs_deferred = 0;               // those of which nobody is told when they end
  std::uint64_t runs_that_report = 0;            // those with units
  std::uint64_t runs_that_combine = 0;           // those of combinations
  std::uint32_t literal_bytes_max = 0;
};

// The views that any rule of a plan needs, and the place of each among them.
struct used_views {
  std::array<view, match::views.size()> list{};
  std::array<std::uint8_t, match::views.size()> places{};   // by view
  std::uint8_t count = 0;

  std::span<const view> all() const noexcept { return {list.data(), count}; }
  std::size_t place(view v) const noexcept { return places[static_cast<std::size_t>(v)]; }
};

struct plan {
  bool mixed = false;                    // serves surfaces to which not all of its rules apply
  std::vector<unit> units;
  used_views used;
  std::array<view_plan, match::views.size()> views;   // by view
  bool combines = false;                 // it has combinations
  std::uint32_t within_max = 0;          // of them
  std::vector<std::uint32_t> always;     // units without any sign
  std::uint32_t held_bytes = 0;          // of the text's end, always held: combinations for which there is no run left
  std::uint32_t kept_bytes = 0;          // always kept: combinations that hold nothing and whose parts have no literal
  std::bitset<256> held_first;           // bytes of a text at which something begins that is held

  view_plan& of(view v) noexcept { return views[static_cast<std::size_t>(v)]; }
  const view_plan& of(view v) const noexcept { return views[static_cast<std::size_t>(v)]; }
};

// Of the rules with these indices.
plan make_plan(std::span<const rule_spec> specs, std::span<const compiled_rule> rules,
               std::span<const std::uint32_t> active);

}  // namespace stoplog::match
