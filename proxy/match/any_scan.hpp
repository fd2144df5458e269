// Judges the matches of one part of an `any` rule once its sign was seen.
#pragma once

#include "match/active.hpp"
#include "match/compiled.hpp"
#include "match/cut.hpp"
#include "match/held_text.hpp"

#include <cstdint>

namespace stoplog::match {

class any_scan {
 public:
  // `blocks`: unless that rule is muted.
  any_scan(const plan& rules, const unit& u, const compiled_rule& rule, const held_text& text, bool blocks)
      : set_(rules.of(u.view).sets[u.set]), unit_(u), rule_(rule), part_(rule.parts[u.part]), text_(text), blocks_(blocks) {}

  // Whether the text up to the cut makes a match certain that no continuation
  // excuses. Monotone in the cut.
  bool certain(const active_part& a, cut c) const { return certain(a, c, 0); }

  // The same for the whole of what is there, where nothing was certain before:
  // asks RE2 only if there is a new answer to be had.
  bool becomes_certain(active_part& a, cut c, std::uint64_t code_points) const;

  // Begins before it have no matches but those that are certain at the cut.
  std::uint64_t settled_upto(const active_part& a, cut c) const { return settled_upto(a, borders_of(c), c); }
  // The same for the whole of what is there, `code_points` of the view in all;
  // remembers what it went over.
  std::uint64_t settled_upto(active_part& a, cut c, std::uint64_t code_points) const {
    return settled_upto(a, borders_of(c), c, code_points);
  }

  // Tells `found` of every match that begins before `settled`, and moves on.
  template <class Found>
  void settle(active_part& a, cut c, std::uint64_t settled, Found found) const {
    if (settled <= a.next) return;
    const borders b = borders_of(c);
    if (!waits_for_block()) {
      each_match(a, b, settled, 0, [&](std::uint64_t begin, std::uint64_t end) {
        a.last_end = end;
        if (!excused_at(text_.original(unit_.view, begin, end))) found(told(b, begin, end));
        return true;
      });
    }
    a.next_count += code_points_between(b.piece, a.next, settled);
    a.next = settled;
  }

  // The matches that are certain at the cut, though they may still grow; for the
  // end of a blocked text. Where an `unless` may excuse them, settle() tells.
  template <class Found>
  void each_certain(const active_part& a, cut c, Found found) const {
    const borders b = borders_of(c);
    each_match(a, b, b.limit, 0, [&](std::uint64_t begin, std::uint64_t end) {
      found(told(b, begin, end));
      return true;
    });
  }

  // Whether no match of this activation can come any more, and none of a later
  // one can lie in one that was found.
  bool over(const active_part& a) const noexcept { return a.next > a.last_begin && a.next >= a.last_end; }

 private:
  struct borders {
    held_text::piece piece;
    std::uint64_t limit;     // ends up to it are certain
  };
  borders borders_of(cut c) const;
  bool certain(const active_part& a, cut c, std::uint64_t after) const;
  std::uint64_t settled_upto(active_part& a, const borders& b, cut c, std::uint64_t code_points) const;
  std::uint64_t settled_upto(const active_part& a, const borders& b, cut c) const;
  std::uint64_t after_last_break(const borders& b, std::uint64_t from) const;
  static std::uint64_t code_points_between(const held_text::piece& piece, std::uint64_t from, std::uint64_t to) noexcept;
  bool excused_at(text_span where) const {
    if (!unit_.excusable) return false;
    return (unit_.view == view::squeezed && !spelled_apart(text_.raw(where))) || excused(rule_, text_.raw(where));
  }
  // The place of a match as it is told of: what of it is guarded, so that what was
  // released before does not depend on the cuts.
  text_span told(const borders& b, std::uint64_t begin, std::uint64_t end) const {
    if (unit_.guards_tail) begin = end - part_.tail_bytes(b.piece.text.substr(begin - b.piece.base, end - begin));
    return text_.original(unit_.view, begin, end);
  }
  // A block needs no more than to know that there is a match.
  bool waits_for_block() const noexcept { return blocks_ && !unit_.excusable; }

  // Visits the matches that begin before `upto`, end after `after` and lie in no
  // match with an earlier begin, until `visit` returns false.
  template <class Visit>
  void each_match(const active_part& a, const borders& b, std::uint64_t upto, std::uint64_t after, Visit visit) const {
    const std::uint64_t base = b.piece.base;
    after -= std::min(after, base);
    std::uint64_t last_end = a.last_end;
    std::uint64_t from = a.next;
    while (from < upto && from <= a.last_begin && from < b.limit) {
      const auto match = part_.next(b.piece.text, from - base, b.limit - base, after);
      if (!match || base + match->begin >= upto) return;
      if (base + match->end > last_end) {
        last_end = base + match->end;
        if (!visit(base + match->begin, last_end)) return;
      }
      from = base + next_begin(b.piece.text, match->begin);
    }
  }
  static std::size_t next_begin(std::string_view text, std::size_t at) noexcept;

  const byte_set& set_;
  const unit& unit_;
  const compiled_rule& rule_;
  const part_matcher& part_;
  const held_text& text_;
  bool blocks_;
};

}  // namespace stoplog::match
