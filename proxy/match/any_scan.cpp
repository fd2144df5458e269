#include "match/any_scan.hpp"

#include "match/code_points.hpp"

#include <algorithm>
#include <utility>

namespace stoplog::match {

std::size_t any_scan::next_begin(std::string_view text, std::size_t at) noexcept { return after_code_point(text, at); }

any_scan::borders any_scan::borders_of(cut c) const {
  const held_text::piece piece = text_.in(unit_.view, c.upto);
  if (c.end || !unit_.looks_ahead) return {piece, piece.end()};
  return {piece, piece.base + backward(piece.text, piece.text.size(), 1)};
}

// No match lies across a byte that is in none.
std::uint64_t any_scan::after_last_break(const borders& b, std::uint64_t from) const {
  for (std::uint64_t at = b.piece.end(); at > from; --at) {
    if (set_.has(b.piece.text[at - 1 - b.piece.base])) continue;
    const std::size_t lead = backward(b.piece.text, at - b.piece.base, 1);
    return b.piece.base + after_code_point(b.piece.text, lead);
  }
  return from;
}

std::uint64_t any_scan::settled_upto(const active_part& a, const borders& b, cut c) const {
  if (c.end) return b.piece.end();
  const std::size_t far = backward(b.piece.text, b.piece.text.size(), unit_.reach - 1);
  return std::max(after_last_break(b, std::min(a.next, b.piece.end())), b.piece.base + far);
}

std::uint64_t any_scan::settled_upto(active_part& a, const borders& b, cut c, std::uint64_t code_points) const {
  if (c.end) return b.piece.end();
  const std::uint64_t unchecked = std::max(a.next, a.checked);
  const std::uint64_t broken = after_last_break(b, unchecked);
  if (broken > unchecked) a.broken_at = broken;
  a.checked = b.piece.end();
  std::uint64_t settled = std::max(a.next, a.broken_at);
  if (code_points - a.next_count >= unit_.reach) {
    settled = std::max<std::uint64_t>(settled, b.piece.base + backward(b.piece.text, b.piece.text.size(), unit_.reach - 1));
  }
  return settled;
}

std::uint64_t any_scan::code_points_between(const held_text::piece& piece, std::uint64_t from,
                                            std::uint64_t to) noexcept {
  return count_code_points(piece.text.substr(from - piece.base, to - from));
}

bool any_scan::certain(const active_part& a, cut c, std::uint64_t after) const {
  const borders b = borders_of(c);
  const std::uint64_t upto = unit_.excusable ? settled_upto(a, b, c) : b.limit;
  bool fires = false;
  each_match(a, b, upto, after, [&](std::uint64_t begin, std::uint64_t end) {
    fires = !excused_at(text_.original(unit_.view, begin, end));
    return !fires;
  });
  return fires;
}

bool any_scan::becomes_certain(active_part& a, cut c, std::uint64_t code_points) const {
  const borders b = borders_of(c);
  if (unit_.excusable) return settled_upto(a, b, c, code_points) > a.next && certain(a, c);
  if (b.limit <= a.asked_upto) return false;
  const std::uint64_t asked = std::exchange(a.asked_upto, b.limit);   // there was none that ends before
  if (unit_.ends_at_sign) {
    if (b.limit < a.unasked) return false;
    a.unasked = a.sign_end > b.limit ? b.limit + 1 : UINT64_MAX;
  }
  return certain(a, c, asked);
}

}  // namespace stoplog::match
