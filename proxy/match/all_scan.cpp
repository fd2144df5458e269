#include "match/all_scan.hpp"

#include "match/code_points.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <tuple>

namespace stoplog::match {

std::uint64_t looked_upto(const plan& rules, const held_text& text, cut c) {
  std::uint64_t upto = c.upto;
  if (c.end) return upto;
  for (const view v : views) {
    if (!rules.of(v).used) continue;
    const held_text::piece piece = text.in(v, c.upto);
    upto = std::min(upto, text.begin_of(v, piece.base + backward(piece.text, piece.text.size(), 1), c.upto));
  }
  return upto;
}

all_scan::borders all_scan::borders_of(const part_matcher& part, cut c) const {
  const held_text::piece piece = text_.in(part.view(), c.upto);
  if (c.end) return {piece, piece.end(), piece.end()};
  const std::uint64_t lookahead = part.looks_ahead() ? 1 : 0;
  const std::size_t size = piece.text.size();
  return {piece, piece.base + backward(piece.text, size, lookahead),
          piece.base + backward(piece.text, size, *part.code_points_max() + lookahead)};
}

std::uint64_t all_scan::limit_of(cut c) const {
  std::uint64_t limit = c.upto;
  for (const part_matcher& part : rule_.parts) {
    const borders b = borders_of(part, c);
    if (b.limit < b.piece.end()) limit = std::min(limit, text_.begin_of(part.view(), b.limit, c.upto));
  }
  return limit;
}

// The text before what is held was judged when other signs were seen.
void all_scan::start(active_combination& a) const {
  a.parts.resize(rule_.parts.size());
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    const view v = rule_.parts[i].view();
    const held_text::piece piece = text_.in(v, text_.whole());
    const std::uint64_t first = piece.base == 0 || piece.text.empty() ? piece.base : piece.base + after_code_point(piece.text, 0);
    a.parts[i].next = text_.begin_of(v, first, text_.whole()) >= a.from ? first : text_.view_offset(v, a.from);
    a.parts[i].matches.clear();
  }
  a.started = true;
}

// How much of the text must be seen for a match of the part that ends at `end`,
// an offset of its view, to be one.
std::uint64_t all_scan::known_at(const part_matcher& part, const borders& b, std::uint64_t end, cut c) const {
  const std::uint64_t base = b.piece.base;
  if (part.looks_ahead() && end == b.piece.end()) return c.upto;   // by the text's end
  if (part.looks_ahead()) end = base + after_code_point(b.piece.text, end - base);
  return text_.original(part.view(), end - 1, end).end;
}

// Adds the part's matches that became certain; the shortest for each begin, so
// that what was found once never changes.
void all_scan::collect(const part_matcher& part, active_combination::part& progress, cut c) const {
  const borders b = borders_of(part, c);
  const std::uint64_t base = b.piece.base;
  std::uint64_t from = progress.next;
  while (from < b.limit) {
    const auto match = part.next_shortest(b.piece.text, from - base, b.limit - base);
    if (!match) break;
    const text_span where = text_.original(part.view(), base + match->begin, base + match->end);
    const auto place = std::lower_bound(progress.matches.begin(), progress.matches.end(), where,
                                        [](const active_combination::match& x, const text_span& y) {
                                          return std::tie(x.where.begin, x.where.end) < std::tie(y.begin, y.end);
                                        });
    const bool counts = part.view() != view::squeezed || spelled_apart(text_.raw(where));
    if (counts && (place == progress.matches.end() || place->where != where)) {
      progress.matches.insert(place, {where, known_at(part, b, base + match->end, c)});
    }
    from = base + after_code_point(b.piece.text, match->begin);
  }
  progress.next = std::max(progress.next, b.settled);
}

// How much of the text must be seen for all things but one to have a match that
// begins at `earliest` or later and ends at `latest` or before, when `thing` is
// the one that is left to come; UINT64_MAX: they have none.
std::uint64_t all_scan::all_but(std::uint32_t thing, const active_combination& a, std::uint64_t earliest,
                                std::uint64_t latest) const {
  std::array<std::uint64_t, things_max> known;   // of each thing, the first
  known.fill(UINT64_MAX);
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    const std::uint32_t other = rule_.things[i];
    if (other == thing) continue;
    for (const active_combination::match& m : a.parts[i].matches) {
      if (m.where.begin >= earliest && m.where.end <= latest) known[other] = std::min(known[other], m.known);
    }
  }
  const auto last = known.begin() + unit_.needed - 2;
  std::nth_element(known.begin(), last, known.end());
  return *last;
}

// What is guarded of a combination that ends at `end`: the match that completes
// it, from where all it needed besides had come.
text_span all_scan::tail_at(const active_combination& a, std::uint64_t end) const {
  const std::uint64_t earliest = end - std::min<std::uint64_t>(end, unit_.within);
  text_span tail{UINT64_MAX, end};
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    for (const active_combination::match& m : a.parts[i].matches) {
      if (m.where.end != end || m.where.begin < earliest) continue;
      const std::uint64_t ready = all_but(rule_.things[i], a, earliest, end);
      if (ready != UINT64_MAX) tail.begin = std::min(tail.begin, std::max(m.where.begin, ready));
    }
  }
  tail.end = std::max(tail.begin, end);
  return tail;
}

// A combination ends where a match of a part ends; it begins with the earliest
// match that lies within the distance before that end.
bool all_scan::combine_at(const active_combination& a, std::uint64_t end, text_span& where) const {
  const std::uint64_t earliest = end - std::min<std::uint64_t>(end, unit_.within);
  std::bitset<things_max> there;
  bool ends = false;   // a match that is longer than the distance ends nothing
  where = {end, end};
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    const auto& matches = a.parts[i].matches;
    const auto first = std::find_if(matches.begin(), matches.end(), [&](const active_combination::match& m) {
      return m.where.begin >= earliest && m.where.end <= end;
    });
    if (first == matches.end()) continue;
    there.set(rule_.things[i]);
    ends = ends || std::any_of(first, matches.end(), [&](const active_combination::match& m) { return m.where.end == end; });
    where.begin = std::min(where.begin, first->where.begin);
  }
  if (!ends || there.count() < unit_.needed || (unit_.excusable && excused(rule_, text_.raw(where)))) return false;
  if (unit_.guards_tail) where = tail_at(a, end);
  return true;
}

void all_scan::settle(active_combination& a, cut c, std::vector<text_span>& found) const {
  if (!a.started) start(a);
  const std::uint64_t limit = limit_of(c);
  for (std::size_t i = 0; i < a.parts.size(); ++i) collect(rule_.parts[i], a.parts[i], c);
  std::uint64_t end = a.combined_upto;
  while (true) {
    std::uint64_t next = UINT64_MAX;
    for (const active_combination::part& p : a.parts) {
      for (const active_combination::match& m : p.matches) {
        if (m.where.end > end && m.where.end <= limit) next = std::min(next, m.where.end);
      }
    }
    if (next == UINT64_MAX) break;
    end = next;
    text_span where;
    if (combine_at(a, end, where)) found.push_back(where);
  }
  a.combined_upto = std::max(a.combined_upto, limit);
  for (active_combination::part& p : a.parts) {
    std::erase_if(p.matches, [&](const active_combination::match& m) { return m.where.begin + unit_.within <= limit; });
  }
}

std::uint64_t all_scan::guarded_from(const active_combination& a, cut c) const {
  std::uint64_t from = c.upto;
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    const std::uint64_t ready = all_but(rule_.things[i], a, 0, UINT64_MAX);
    if (ready >= from) continue;
    const part_matcher& part = rule_.parts[i];
    const held_text::piece piece = text_.in(part.view(), c.upto);
    const std::uint64_t begun = piece.base + part.begun(piece.text);
    from = std::min(from, std::max(ready, text_.begin_of(part.view(), begun, c.upto)));
    // A match that ends within the last character, which the view spells as
    // several, while another part still looks ahead.
    for (const active_combination::match& m : a.parts[i].matches) {
      if (m.where.end > a.combined_upto) from = std::min(from, std::max(ready, m.where.begin));
    }
  }
  return from;
}

std::uint64_t all_scan::guarded_from(cut c) const {
  active_combination again;
  const std::uint64_t limit = limit_of(c);
  again.from = limit - std::min<std::uint64_t>(limit, unit_.within);
  again.combined_upto = limit;
  std::vector<text_span> found;
  settle(again, c, found);
  return guarded_from(again, c);
}

std::uint64_t all_scan::kept_from(const active_combination& a) const {
  if (!a.started) return a.from;
  std::uint64_t from = UINT64_MAX;
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    from = std::min(from, text_.begin_of(rule_.parts[i].view(), a.parts[i].next, text_.whole()));
    for (const active_combination::match& m : a.parts[i].matches) from = std::min(from, m.where.begin);
  }
  return from;
}

}  // namespace stoplog::match
