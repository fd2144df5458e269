// Judges a text as it grows: what of it matches, what blocks it, and what of it
// must be held because a match may yet reach into it.
#pragma once

#include "match/active.hpp"
#include "match/all_scan.hpp"
#include "match/any_scan.hpp"
#include "match/compiled.hpp"
#include "match/cut.hpp"
#include "match/held_text.hpp"
#include "match/watch.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace stoplog::match {

class judge {
 public:
  using found_match = std::function<void(std::uint32_t rule, text_span)>;

  // `muted` may be null; its rules never block.
  judge(const database::compiled& rules, surface where, const held_text& text, const muted_rules* muted);

  // Judges the text up to `whole`; up to `from` it was judged before. Tells of
  // the matches that became final. When a blocking rule became certain on the
  // way, returns where, has told of all matches that are certain by then, and
  // is not to be asked again.
  std::optional<cut> advance(std::uint64_t from, cut whole, const found_match& found);

  // What of the text must be held; after a block, what had to be by then.
  std::uint64_t held_from() const noexcept { return held_from_; }

  // What of the text, as far as it was judged, may still be asked for.
  std::uint64_t kept_from() const;

 private:
  // Of each view that is used, in the plan's order.
  using watches = std::vector<watch>;
  using pieces = std::array<held_text::piece, views.size()>;

  // What blocks at a cut: places in `active_`.
  struct blocking {
    std::vector<std::uint32_t> parts;
    std::vector<std::uint32_t> combinations;
  };

  any_scan scan(const active_part& a) const {
    return {use_, unit_of(a), rules_.rules[unit_of(a).rule], text_, blocks(unit_of(a))};
  }
  all_scan scan(const active_combination& a) const { return {unit_of(a), rules_.rules[unit_of(a).rule], text_}; }
  template <class Active>
  const unit& unit_of(const Active& a) const {
    return use_.units[a.unit];
  }
  std::uint64_t code_points(const active_part& a) const {
    return watches_[use_.used.place(unit_of(a).view)].count();
  }

  bool blocks(const unit& u) const { return u.blocks && (muted_ == nullptr || !(*muted_)[u.rule]); }
  pieces pieces_at(cut c) const;
  void go_over(watches& w, active_units& to, const pieces& held) const;
  bool blocks(cut c, blocking& what);
  bool settles_to_block(active_combination& a, cut c);
  cut first_block(std::uint64_t from, cut whole, const blocking& what);
  void tell_settled(active_combination& a, cut c, const found_match& found);
  void settle(cut c, const found_match& found);
  void conclude(cut c, const found_match& found);
  std::uint64_t live_from(watches& w, const active_units& from, cut c, const pieces& held) const;
  std::uint64_t held_at_block(cut c) const;

  const database::compiled& rules_;
  const plan& use_;
  const held_text& text_;
  const muted_rules* muted_;
  unit_filter applies_;
  watches watches_;
  active_units active_;
  std::unique_ptr<active_combination> scratch_;
  std::vector<text_span> combined_;
  std::uint64_t held_from_ = 0;
};

}  // namespace stoplog::match
