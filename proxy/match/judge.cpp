#include "match/judge.hpp"

#include "match/code_points.hpp"

#include <algorithm>

namespace stoplog::match {

judge::judge(const database::compiled& rules, surface where, const held_text& text, const muted_rules* muted)
    : rules_(rules), use_(rules.plan_for(where)), text_(text), muted_(muted) {
  if (use_.mixed) applies_ = {&rules.specs, where};
  watches_.reserve(use_.used.count);
  for (const view v : use_.used.all()) watches_.emplace_back(use_.of(v));
  for (const std::uint32_t unit : use_.always) {
    if (applies_(use_.units[unit])) active_.combinations.add(unit).until = UINT64_MAX;
  }
}

std::optional<cut> judge::advance(std::uint64_t from, cut whole, const found_match& found) {
  const pieces held = pieces_at(whole);
  go_over(watches_, active_, held);
  if (!active_.empty()) {
    blocking what;
    if (blocks(whole, what)) {
      const cut at = first_block(from, whole, what);
      conclude(at, found);
      held_from_ = held_at_block(at);
      return at;
    }
    settle(whole, found);
  }
  held_from_ = live_from(watches_, active_, whole, held);
  return std::nullopt;
}

judge::pieces judge::pieces_at(cut c) const {
  pieces all;
  std::size_t place = 0;
  for (const view v : use_.used.all()) all[place++] = text_.in(v, c.upto);
  return all;
}

void judge::go_over(watches& w, active_units& to, const pieces& held) const {
  std::size_t place = 0;
  for (const view v : use_.used.all()) {
    w[place].advance(use_, v, text_, held[place], applies_, to);
    ++place;
  }
}

// Whether a blocking rule is certain at the cut, where none was before.
bool judge::blocks(cut c, blocking& what) {
  std::uint32_t place = 0;
  for (active_part& a : active_.parts.all()) {
    if (blocks(unit_of(a)) && scan(a).becomes_certain(a, c, code_points(a))) what.parts.push_back(place);
    ++place;
  }
  place = 0;
  for (active_combination& a : active_.combinations.all()) {
    if (blocks(unit_of(a)) && settles_to_block(a, c)) what.combinations.push_back(place);
    ++place;
  }
  return !what.parts.empty() || !what.combinations.empty();
}

// Settles a blocking `all` rule, unless that blocks: then it stays as it was, for
// first_block() to find out when.
bool judge::settles_to_block(active_combination& a, cut c) {
  if (!scratch_) scratch_ = std::make_unique<active_combination>();
  *scratch_ = a;
  combined_.clear();
  scan(a).settle(a, c, combined_);
  if (combined_.empty()) return false;
  std::swap(a, *scratch_);
  return true;
}

// The first cut in (from, whole.upto] at which one of the firing units is
// certain. Certainty is monotone, so it is found by halving, over code points.
cut judge::first_block(std::uint64_t from, cut whole, const blocking& what) {
  const auto fires = [&](cut c) {
    return std::any_of(what.parts.begin(), what.parts.end(),
                       [&](std::uint32_t place) {
                         const active_part& a = active_.parts.all()[place];
                         return scan(a).certain(a, c);
                       }) ||
           std::any_of(what.combinations.begin(), what.combinations.end(), [&](std::uint32_t place) {
             active_combination copy = active_.combinations.all()[place];
             combined_.clear();
             scan(copy).settle(copy, c, combined_);
             return !combined_.empty();
           });
  };
  if (whole.end && !fires({whole.upto, false})) return whole;
  const held_text::piece raw = text_.in(view::raw, whole.upto);
  std::uint64_t before = from;
  std::uint64_t at = whole.upto;
  while (true) {
    std::uint64_t middle = before + (at - before) / 2;
    middle = raw.base + backward(raw.text, middle - raw.base + 1, 1);
    if (middle <= before) middle = raw.base + after_code_point(raw.text, before - raw.base);
    if (middle >= at) return {at, false};
    (fires({middle, false}) ? at : before) = middle;
  }
}

void judge::tell_settled(active_combination& a, cut c, const found_match& found) {
  combined_.clear();
  scan(a).settle(a, c, combined_);
  for (const text_span where : combined_) found(unit_of(a).rule, where);
}

void judge::settle(cut c, const found_match& found) {
  for (std::size_t i = 0; i < active_.parts.all().size();) {
    active_part& a = active_.parts.all()[i];
    const any_scan s = scan(a);
    s.settle(a, c, s.settled_upto(a, c, code_points(a)), [&](text_span where) { found(unit_of(a).rule, where); });
    if (s.over(a)) {
      active_.parts.remove(i);
    } else {
      ++i;
    }
  }
  for (std::size_t i = 0; i < active_.combinations.all().size();) {
    active_combination& a = active_.combinations.all()[i];
    const all_scan s = scan(a);
    if (!blocks(unit_of(a))) tell_settled(a, c, found);
    if (s.over(a, c)) {
      active_.combinations.remove(i);
    } else {
      ++i;
    }
  }
}

// Tells of everything that is certain at the deciding cut.
void judge::conclude(cut c, const found_match& found) {
  for (active_part& a : active_.parts.all()) {
    const unit& u = unit_of(a);
    const auto tell = [&](text_span where) { found(u.rule, where); };
    const any_scan s = scan(a);
    if (u.excusable) {
      s.settle(a, c, s.settled_upto(a, c), tell);
    } else {
      s.each_certain(a, c, tell);
    }
  }
  for (active_combination& a : active_.combinations.all()) {
    tell_settled(a, c, found);
  }
}

std::uint64_t judge::live_from(watches& w, const active_units& from, cut c, const pieces& held) const {
  if (c.end) return c.upto;
  const std::uint64_t looked = use_.combines ? looked_upto(use_, text_, c) : c.upto;
  std::array<std::uint64_t, views.size()> first;   // of the views
  std::array<std::uint64_t, views.size()> guarded;
  guarded.fill(UINT64_MAX);
  for (const active_part& a : from.parts.all()) {
    std::uint64_t& of_view = guarded[use_.used.place(unit_of(a).view)];
    if (unit_of(a).guards && unit_of(a).run == none_of_them && a.next <= a.last_begin) of_view = std::min(of_view, a.next);
  }
  std::size_t place = 0;
  for (const view v : use_.used.all()) {
    first[place] = w[place].held_from(use_, v, text_, held[place], looked, guarded[place]);
    ++place;
  }
  for (const active_part& a : from.parts.all()) {
    const unit& u = unit_of(a);
    std::uint64_t& of_view = first[use_.used.place(u.view)];
    // Where its matches begin in runs, the run holds, and knows better.
    if (u.holds && u.run == none_of_them && a.next <= a.last_begin) of_view = std::min(of_view, a.next);
  }
  std::uint64_t live = c.upto;
  for (const active_combination& a : from.combinations.all()) {
    if (unit_of(a).holds && unit_of(a).guards_tail && a.started) live = std::min(live, scan(a).guarded_from(a, c));
  }
  place = 0;
  for (const view v : use_.used.all()) {
    if (first[place] < held[place].end()) live = std::min(live, text_.begin_of(v, first[place], c.upto));
    ++place;
  }
  if (use_.held_bytes != 0) {
    const held_text::piece raw = text_.in(view::raw, c.upto);
    const std::uint64_t begin = looked - std::min<std::uint64_t>(looked - raw.base, use_.held_bytes);
    live = std::min(live, raw.base + backward(raw.text, begin - raw.base + 1, 1));
  }
  return live;
}

// What would be held if the text had been cut here: all that is live began in
// what is held, so going over that again tells; begin by begin, as if it had come
// in byte by byte.
std::uint64_t judge::held_at_block(cut c) const {
  const pieces held = pieces_at(c);
  watches again;
  for (const view v : use_.used.all()) again.emplace_back(use_.of(v), held[again.size()]);
  active_units seen;
  seen.apart = true;
  go_over(again, seen, held);
  for (active_part& a : seen.parts.all()) a.next = std::max(a.next, scan(a).settled_upto(a, c));
  std::uint64_t from = live_from(again, seen, c, held);
  // Some of these were settled further than the cut.
  for (const active_combination& a : active_.combinations.all()) {
    if (unit_of(a).holds && unit_of(a).guards_tail) from = std::min(from, scan(a).guarded_from(c));
  }
  return from;
}

std::uint64_t judge::kept_from() const {
  const cut whole{text_.whole(), false};
  const std::uint64_t looked = use_.combines ? looked_upto(use_, text_, whole) : whole.upto;
  std::uint64_t kept = std::min(held_from_, looked - std::min<std::uint64_t>(looked, use_.kept_bytes));
  std::size_t place = 0;
  for (const view v : use_.used.all()) {
    std::uint64_t first = watches_[place++].kept_from(use_.of(v), text_.in(v, whole.upto));
    for (const active_part& a : active_.parts.all()) {
      if (unit_of(a).view == v) first = std::min(first, a.next);
    }
    kept = std::min(kept, text_.begin_of(v, first, whole.upto));
  }
  for (const active_combination& a : active_.combinations.all()) kept = std::min(kept, scan(a).kept_from(a));
  return kept;
}

}  // namespace stoplog::match
