#include "match/all_scan.hpp"

#include "match/code_points.hpp"

#include <algorithm>
#include <tuple>

namespace stoplog::match {

std::uint64_t looked_upto(const plan& rules, const held_text& text, cut c) {
  std::uint64_t upto = c.upto;
  if (c.end) return upto;
  for (const view v : {view::folded, view::raw}) {
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
    a.parts[i].spans.clear();
  }
  a.started = true;
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
    const auto place = std::lower_bound(progress.spans.begin(), progress.spans.end(), where,
                                        [](const text_span& x, const text_span& y) {
                                          return std::tie(x.begin, x.end) < std::tie(y.begin, y.end);
                                        });
    if (place == progress.spans.end() || *place != where) progress.spans.insert(place, where);
    from = base + after_code_point(b.piece.text, match->begin);
  }
  progress.next = std::max(progress.next, b.settled);
}

// A combination ends where a match of a part ends; it begins with the earliest
// match that lies within the distance before that end.
bool all_scan::combine_at(const active_combination& a, std::uint64_t end, text_span& where) const {
  const std::uint64_t earliest = end - std::min<std::uint64_t>(end, unit_.within);
  where = {end, end};
  for (const active_combination::part& p : a.parts) {
    const auto first = std::find_if(p.spans.begin(), p.spans.end(),
                                    [&](const text_span& s) { return s.begin >= earliest && s.end <= end; });
    if (first == p.spans.end()) return false;
    where.begin = std::min(where.begin, first->begin);
  }
  return !unit_.excusable || !excused(rule_, text_.raw(where));
}

void all_scan::settle(active_combination& a, cut c, std::vector<text_span>& found) const {
  if (!a.started) start(a);
  const std::uint64_t limit = limit_of(c);
  for (std::size_t i = 0; i < a.parts.size(); ++i) collect(rule_.parts[i], a.parts[i], c);
  std::uint64_t end = a.combined_upto;
  while (true) {
    std::uint64_t next = UINT64_MAX;
    for (const active_combination::part& p : a.parts) {
      for (const text_span& s : p.spans) {
        if (s.end > end && s.end <= limit) next = std::min(next, s.end);
      }
    }
    if (next == UINT64_MAX) break;
    end = next;
    text_span where;
    if (combine_at(a, end, where)) found.push_back(where);
  }
  a.combined_upto = std::max(a.combined_upto, limit);
  for (active_combination::part& p : a.parts) {
    std::erase_if(p.spans, [&](const text_span& s) { return s.begin + unit_.within <= limit; });
  }
}

std::uint64_t all_scan::kept_from(const active_combination& a) const {
  if (!a.started) return a.from;
  std::uint64_t from = UINT64_MAX;
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    from = std::min(from, text_.begin_of(rule_.parts[i].view(), a.parts[i].next, text_.whole()));
    for (const text_span& s : a.parts[i].spans) from = std::min(from, s.begin);
  }
  return from;
}

}  // namespace stoplog::match
