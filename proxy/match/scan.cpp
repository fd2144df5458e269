#include "match/scan.hpp"

#include "match/code_points.hpp"

#include <algorithm>

namespace stoplog::match {

rule_scan::borders rule_scan::borders_of(const part_matcher& part, cut c) const {
  const held_text::piece piece = text_.in(part.view(), c.upto);
  if (c.end) return {piece, piece.end(), piece.end()};
  const std::uint64_t lookahead = part.looks_ahead() ? 1 : 0;
  const std::size_t size = piece.text.size();
  return {piece, piece.base + backward(piece.text, size, lookahead),
          piece.base + backward(piece.text, size, *part.code_points_max() + lookahead)};
}

bool rule_scan::excused_at(text_span where) const {
  return !rule_.unless.empty() && excused(rule_, text_.raw(where));
}

// Visits the matches that lie in no match with an earlier begin, until `visit`
// returns false.
template <class Visit>
void rule_scan::each_match(const part_matcher& part, const part_progress& progress, const borders& b,
                           Visit visit) const {
  const std::uint64_t base = b.piece.base;
  std::uint64_t last_end = progress.last_end;
  std::uint64_t from = std::max(progress.next, base);
  while (from < b.limit) {
    const auto match = part.next(b.piece.text, from - base, b.limit - base);
    if (!match) return;
    const std::uint64_t begin = base + match->begin;
    const std::uint64_t end = base + match->end;
    if (end > last_end) {
      last_end = end;
      if (!visit(begin, end)) return;
    }
    from = base + after_code_point(b.piece.text, match->begin);
  }
}

bool rule_scan::certain(const rule_progress& progress, cut c) const {
  if (combines()) {
    rule_progress copy = progress;
    return combine(copy, c, [](text_span) {});
  }
  bool fires = false;
  for (std::size_t i = 0; i < rule_.parts.size() && !fires; ++i) {
    const part_matcher& part = rule_.parts[i];
    const borders b = borders_of(part, c);
    each_match(part, progress.parts[i], b, [&](std::uint64_t begin, std::uint64_t end) {
      if (rule_.unless.empty()) {
        fires = true;
      } else {
        if (begin >= b.settled) return false;
        fires = !excused_at(text_.original(part.view(), begin, end));
      }
      return !fires;
    });
  }
  return fires;
}

void rule_scan::settle(rule_progress& progress, cut c, const found_span& found) const {
  if (combines()) {
    combine(progress, c, found);
    return;
  }
  for (std::size_t i = 0; i < rule_.parts.size(); ++i) {
    const part_matcher& part = rule_.parts[i];
    const borders b = borders_of(part, c);
    std::uint64_t last_end = progress.parts[i].last_end;
    each_match(part, progress.parts[i], b, [&](std::uint64_t begin, std::uint64_t end) {
      if (begin >= b.settled) return false;
      last_end = end;
      const text_span where = text_.original(part.view(), begin, end);
      if (!excused_at(where)) found(where);
      return true;
    });
    progress.parts[i].last_end = last_end;
    progress.parts[i].next = std::max(progress.parts[i].next, b.settled);
  }
}

void rule_scan::unsettled(const rule_progress& progress, cut c, const found_span& found) const {
  // What an `unless` would say of a match that may still grow is not known.
  if (combines() || !rule_.unless.empty()) return;
  for (std::size_t i = 0; i < rule_.parts.size(); ++i) {
    const part_matcher& part = rule_.parts[i];
    each_match(part, progress.parts[i], borders_of(part, c), [&](std::uint64_t begin, std::uint64_t end) {
      found(text_.original(part.view(), begin, end));
      return true;
    });
  }
}

// Adds the part's matches that became certain; the shortest for each begin, so
// that what was found once never changes.
void rule_scan::collect(const part_matcher& part, part_progress& progress, const borders& b) const {
  const std::uint64_t base = b.piece.base;
  std::uint64_t from = std::max(progress.next, base);
  while (from < b.limit) {
    const auto match = part.next_shortest(b.piece.text, from - base, b.limit - base);
    if (!match) break;
    const text_span where = text_.original(part.view(), base + match->begin, base + match->end);
    const auto place = std::lower_bound(progress.spans.begin(), progress.spans.end(), where,
                                        [](text_span a, text_span b2) { return a.begin < b2.begin; });
    if (place == progress.spans.end() || place->begin != where.begin) progress.spans.insert(place, where);
    from = base + after_code_point(b.piece.text, match->begin);
  }
  progress.next = std::max(progress.next, b.settled);
}

std::uint64_t rule_scan::combined_limit(cut c) const {
  std::uint64_t limit = c.upto;
  for (const part_matcher& part : rule_.parts) {
    const borders b = borders_of(part, c);
    const bool all = b.limit == b.piece.end();
    limit = std::min(limit, all ? c.upto : text_.begin_of(part.view(), b.limit, c.upto));
  }
  return limit;
}

// A combination ends where a match of a part ends; it begins with the earliest
// match that lies within the distance before that end.
bool rule_scan::combine(rule_progress& progress, cut c, const found_span& found) const {
  const std::uint64_t limit = combined_limit(c);
  std::vector<std::uint64_t> ends;
  for (std::size_t i = 0; i < rule_.parts.size(); ++i) {
    collect(rule_.parts[i], progress.parts[i], borders_of(rule_.parts[i], c));
    for (const text_span s : progress.parts[i].spans) {
      if (s.end > progress.combined_upto && s.end <= limit) ends.push_back(s.end);
    }
  }
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  bool any = false;
  for (const std::uint64_t end : ends) {
    const std::uint64_t earliest = end - std::min<std::uint64_t>(end, spec_.match.within);
    std::uint64_t begin = end;
    const bool complete = std::all_of(progress.parts.begin(), progress.parts.end(), [&](const part_progress& p) {
      const auto first = std::find_if(p.spans.begin(), p.spans.end(),
                                      [&](text_span s) { return s.begin >= earliest && s.end <= end; });
      if (first == p.spans.end()) return false;
      begin = std::min(begin, first->begin);
      return true;
    });
    if (!complete || excused_at({begin, end})) continue;
    any = true;
    found({begin, end});
  }
  progress.combined_upto = std::max(progress.combined_upto, limit);
  for (part_progress& p : progress.parts) {
    std::erase_if(p.spans, [&](text_span s) { return s.begin + spec_.match.within <= limit; });
  }
  return any;
}

std::uint64_t rule_scan::live_from(const rule_progress& progress, cut c) const {
  if (c.end) return c.upto;
  std::uint64_t live = c.upto;
  for (std::size_t i = 0; i < rule_.parts.size(); ++i) {
    const part_matcher& part = rule_.parts[i];
    live = std::min(live, text_.begin_of(part.view(), borders_of(part, c).settled, c.upto));
    for (const text_span s : progress.parts[i].spans) live = std::min(live, s.begin);
  }
  return live;
}

}  // namespace stoplog::match
