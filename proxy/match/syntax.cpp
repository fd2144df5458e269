#include "match/syntax.hpp"

#include "text/utf8.hpp"

#include <algorithm>
#include <limits>

namespace stoplog::match::syntax {

namespace {

constexpr code_range beyond_ascii{0x80, text::largest_code_point};

// The case variants that RE2 adds under (?i): within ASCII exactly (U+017F and
// U+212A fold to s and k), beyond it only as "any".
bounds with_case(const char_set& members) {
  bounds b{members, members};
  for (char32_t lower = 'a'; lower <= 'z'; ++lower) {
    const char32_t upper = lower - 'a' + 'A';
    const char32_t far = lower == 's' ? 0x17F : lower == 'k' ? 0x212A : upper;
    if (!members.contains(lower) && !members.contains(upper) && !members.contains(far)) continue;
    for (const char32_t c : {lower, upper, far}) b.lower.add(c);
  }
  b.upper = b.lower;
  if (!members.empty() && members.ranges().back().last >= 0x80) b.upper.add(beyond_ascii.first, beyond_ascii.last);
  return b;
}

bounds item_bounds(const class_item& item, bool ignore_case) {
  if (!item.property.empty()) return {{}, char_set::all()};
  bounds b = ignore_case ? with_case(item.members) : bounds{item.members, item.members};
  if (item.negated) b = {b.upper.complement(), b.lower.complement()};
  return b;
}

std::uint32_t saturated(std::uint64_t n) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(n, std::numeric_limits<std::uint32_t>::max()));
}

std::optional<std::uint32_t> bounded(std::uint64_t n) {
  if (n > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(n);
}

span_length times(const span_length& body, const repeat& r) {
  span_length l{saturated(std::uint64_t{body.shortest} * r.min), std::nullopt};
  if (body.longest == 0U || r.max == 0U) {
    l.longest = 0;
  } else if (body.longest && r.max) {
    l.longest = bounded(std::uint64_t{*body.longest} * *r.max);
  }
  return l;
}

}  // namespace

bounds members(const one& o) {
  bounds all;
  for (const class_item& item : o.items) {
    const bounds b = item_bounds(item, o.ignore_case);
    all.lower.add(b.lower);
    all.upper.add(b.upper);
  }
  if (o.negated) all = {all.upper.complement(), all.lower.complement()};
  return all;
}

std::optional<char32_t> literal(const one& o) {
  if (o.negated || o.items.size() != 1) return std::nullopt;
  const class_item& item = o.items.front();
  if (item.negated || !item.property.empty() || item.members.size() != 1) return std::nullopt;
  return item.members.ranges().front().first;
}

one make_literal(char32_t c) { return make_class({{c, c}}); }

one make_class(char_set set) {
  one o;
  o.items.push_back({std::move(set), {}, false});
  return o;
}

span_length follow(span_length a, span_length b) {
  span_length l{saturated(std::uint64_t{a.shortest} + b.shortest), std::nullopt};
  if (a.longest && b.longest) l.longest = bounded(std::uint64_t{*a.longest} + *b.longest);
  return l;
}

span_length length(const node& n) {
  struct measure {
    span_length operator()(const one&) const { return {1, 1}; }
    span_length operator()(assertion) const { return {0, 0}; }
    span_length operator()(const concat& c) const {
      span_length sum;
      for (const node& part : c.parts) sum = follow(sum, length(part));
      return sum;
    }
    span_length operator()(const alternate& a) const {
      // Each part once: a second look at one would double at every level of nesting.
      span_length all = length(a.parts.front());
      for (std::size_t i = 1; i < a.parts.size(); ++i) {
        const span_length l = length(a.parts[i]);
        all.shortest = std::min(all.shortest, l.shortest);
        all.longest = all.longest && l.longest ? std::optional(std::max(*all.longest, *l.longest)) : std::nullopt;
      }
      return all;
    }
    span_length operator()(const repeat& r) const { return times(length(*r.body), r); }
  };
  return std::visit(measure{}, n.what);
}

}  // namespace stoplog::match::syntax
