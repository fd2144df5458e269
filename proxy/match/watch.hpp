// Goes over one view of a stream, byte by byte: finds literals, holds what they
// may begin, and makes the units active whose sign it sees.
#pragma once

#include "match/active.hpp"
#include "match/held_text.hpp"
#include "match/plan.hpp"

#include <cstdint>
#include <vector>

namespace stoplog::match {

class watch {
 public:
  // Starts at the begin of the view, or where what is held of it begins; then
  // matches that began earlier are not seen.
  explicit watch(const view_plan& rules) : at_(rules.index.root()), runs_(rules.runs.size()) {}
  watch(const view_plan& rules, const held_text::piece& held);

  // Goes on to the end of `piece`, which is what is held of the view. Units
  // that `applies` denies are left alone.
  void advance(const plan& rules, view v, const held_text& text, const held_text::piece& piece,
               const unit_filter& applies, active_units& active);

  // The first offset of the view that must be held for literals and runs.
  // `combined_upto`: `all` rules have judged the text up to here. `guarded`: where
  // the first match may begin whose tail is held, as far as that is known of
  // active units.
  std::uint64_t held_from(const plan& rules, view v, const held_text& text, const held_text::piece& piece,
                          std::uint64_t combined_upto, std::uint64_t guarded) {
    const bool nothing = windows_.empty() && live_runs_ == 0 && past_runs_.empty() && !literal_index::holds(at_);
    return nothing ? piece.end() : live_from({rules, rules.of(v), v, text, piece, nullptr, nullptr}, combined_upto, guarded);
  }

  // And the first that may still be asked for, of what held_from() left.
  std::uint64_t kept_from(const view_plan& rules, const held_text::piece& piece) const;

  // Code points of the view that were gone over.
  std::uint64_t count() const noexcept { return count_; }

 private:
  struct window {
    std::uint64_t begin;
    std::uint64_t begin_count;  // code points before it
    std::uint32_t literal;
    std::uint32_t spec;
  };
  struct run {
    std::uint64_t begin = 0;
    std::uint64_t begin_count = 0;
    std::uint64_t seen = 0;     // while it is deferred: it was looked for up to here
  };
  // One that is over, of a combination.
  struct past_run {
    std::uint32_t spec;
    run first;
    std::uint64_t end;
    std::uint64_t end_count;
  };
  struct pass {
    const plan& rules;
    const view_plan& rules_of_view;
    view v;
    const held_text& text;
    const held_text::piece& piece;
    const unit_filter* applies;
    active_units* active;

    char byte_at(std::uint64_t offset) const { return piece.text[offset - piece.base]; }
    bool leads(std::uint8_t leads, std::uint64_t at) const {
      return leads_at(leads, piece.text, at - piece.base, piece.base == 0);
    }
    bool within(std::uint32_t set, std::uint64_t from, std::uint64_t to) const;
    std::uint64_t back(std::uint64_t from, std::uint64_t code_points) const;
  };

  void on_hits(const pass& p, std::uint64_t end);
  void on_literal(const pass& p, std::uint32_t literal, std::uint64_t end);
  void on_sign(const pass& p, const sign_use& sign, const literal_use& use, std::uint64_t begin);
  void step_runs(const pass& p, const view_plan::run_bytes& bytes, std::uint64_t at, unsigned char byte);
  void catch_up(const pass& p, std::uint32_t which, std::uint64_t upto);
  void report_runs(const pass& p, std::uint64_t which, std::uint64_t upto);
  void from_run(const pass& p, std::uint32_t unit, const literal_use& sign, std::uint64_t begin);
  void from_windows(const pass& p, std::uint32_t unit, const literal_use& sign, std::uint64_t begin);
  void combine(const pass& p, std::uint32_t unit, std::uint64_t begin, std::uint64_t end);
  void activate(const pass& p, std::uint32_t unit, const run& first, std::uint64_t last_begin, std::uint64_t sign_end);
  bool sign_begun(const pass& p, const window& w, std::uint32_t sign_by) const;
  bool lives(const pass& p, const window& w, std::uint64_t combined_upto) const;
  void age(const pass& p, const run_spec& spec, run& r) const;
  void age(const pass& p, const run_spec& spec, run& r, std::uint64_t end, std::uint64_t combined_upto) const;
  void go_on(const pass& p, const run_spec& spec, run& r, std::uint64_t end) const;
  std::uint64_t past_from(const pass& p, std::uint64_t combined_upto);
  std::uint64_t live_from(const pass& p, std::uint64_t combined_upto, std::uint64_t guarded);
  std::uint64_t held_begin(const pass& p, std::uint64_t guarded) const;

  literal_index::node at_;
  std::uint64_t scanned_ = 0;
  std::uint64_t checked_ = 0;    // windows that are left have bytes of their set up to here
  std::uint64_t count_ = 0;      // code points that begin before scanned_
  std::uint64_t live_runs_ = 0;  // a bit each
  bool deferring_ = false;       // in a large piece
  std::vector<window> windows_;
  std::vector<run> runs_;
  std::vector<past_run> past_runs_;
};

}  // namespace stoplog::match
