// Judges a combination: whether matches of enough of its things lie close enough
// together.
#pragma once

#include "match/active.hpp"
#include "match/compiled.hpp"
#include "match/cut.hpp"
#include "match/held_text.hpp"

#include <cstdint>
#include <vector>

namespace stoplog::match {

// How far the judgement of any rule of the text has come: what ends later may
// still need a code point of lookahead in one of the views.
std::uint64_t looked_upto(const plan& rules, const held_text& text, cut c);

class all_scan {
 public:
  all_scan(const unit& u, const compiled_rule& rule, const held_text& text) : unit_(u), rule_(rule), text_(text) {}

  // Appends every combination that became certain with the cut, and moves on.
  void settle(active_combination& a, cut c, std::vector<text_span>& found) const;

  bool over(const active_combination& a, cut c) const { return limit_of(c) >= a.until; }

  // Where only the tail is guarded: the first byte of the text that may yet be
  // guarded, at most c.upto; of what is settled at the cut.
  std::uint64_t guarded_from(const active_combination& a, cut c) const;

  // The same for what was not settled at this cut.
  std::uint64_t guarded_from(cut c) const;

  // The first byte of the text that may still be asked for.
  std::uint64_t kept_from(const active_combination& a) const;

 private:
  struct borders {
    held_text::piece piece;
    std::uint64_t limit;    // ends up to it are certain
    std::uint64_t settled;  // begins before it have no other match
  };
  borders borders_of(const part_matcher& part, cut c) const;
  std::uint64_t limit_of(cut c) const;
  void start(active_combination& a) const;
  void collect(const part_matcher& part, active_combination::part& progress, cut c) const;
  bool combine_at(const active_combination& a, std::uint64_t end, text_span& where) const;
  text_span tail_at(const active_combination& a, std::uint64_t end) const;
  std::uint64_t known_at(const part_matcher& part, const borders& b, std::uint64_t end, cut c) const;
  std::uint64_t all_but(std::uint32_t thing, const active_combination& a, std::uint64_t earliest, std::uint64_t latest) const;

  const unit& unit_;
  const compiled_rule& rule_;
  const held_text& text_;
};

}  // namespace stoplog::match
