#include "match/pattern_edges.hpp"

#include <algorithm>

namespace stoplog::match {

namespace {

using syntax::node;

bool& bit(assertions& set, syntax::assertion a) {
  switch (a) {
    case syntax::assertion::word_boundary: return set.word_boundary;
    case syntax::assertion::not_word_boundary: return set.not_word_boundary;
    case syntax::assertion::line_begin: return set.line_begin;
    case syntax::assertion::line_end: return set.line_end;
    case syntax::assertion::text_begin: return set.text_begin;
    case syntax::assertion::text_end: break;
  }
  return set.text_end;
}

template <class Combine>
assertions combined(assertions a, const assertions& b, Combine combine) {
  for (const auto member : {&assertions::word_boundary, &assertions::not_word_boundary, &assertions::line_begin,
                            &assertions::line_end, &assertions::text_begin, &assertions::text_end}) {
    a.*member = combine(a.*member, b.*member);
  }
  return a;
}

assertions either(const assertions& a, const assertions& b) { return combined(a, b, [](bool x, bool y) { return x || y; }); }
assertions both(const assertions& a, const assertions& b) { return combined(a, b, [](bool x, bool y) { return x && y; }); }

// Of matches with text and of empty ones apart, since what follows an empty
// match stands at the same place; none: there are no such matches.
struct state {
  std::optional<assertions> with_text;
  std::optional<assertions> empty;
  assertions some;
};

std::optional<assertions> common(const std::optional<assertions>& a, const std::optional<assertions>& b) {
  if (!a || !b) return a ? a : b;
  return both(*a, *b);
}

state before(const state& near, const state& far) {
  state s;
  s.with_text = near.with_text;
  s.some = near.some;
  if (!near.empty) return s;
  s.some = either(s.some, far.some);
  if (far.with_text) s.with_text = common(s.with_text, either(*near.empty, *far.with_text));
  if (far.empty) s.empty = either(*near.empty, *far.empty);
  return s;
}

class walker {
 public:
  explicit walker(literal_side side) : side_(side) {}

  state of(const node& n) const {
    return std::visit([this](const auto& what) { return this->of(what); }, n.what);
  }

 private:
  static state of(const syntax::one&) { return {assertions{}, std::nullopt, {}}; }

  static state of(syntax::assertion a) {
    assertions set;
    bit(set, a) = true;
    return {std::nullopt, set, set};
  }

  state of(const syntax::concat& c) const {
    state all{std::nullopt, assertions{}, {}};
    for (std::size_t i = 0; i < c.parts.size() && all.empty; ++i) {
      all = before(all, of(side_ == literal_side::begin ? c.parts[i] : c.parts[c.parts.size() - 1 - i]));
    }
    return all;
  }

  state of(const syntax::alternate& a) const {
    state all;
    for (const node& part : a.parts) {
      const state s = of(part);
      all.with_text = common(all.with_text, s.with_text);
      all.empty = common(all.empty, s.empty);
      all.some = either(all.some, s.some);
    }
    return all;
  }

  state of(const syntax::repeat& r) const {
    if (r.max == 0U) return {std::nullopt, assertions{}, {}};
    state s = of(*r.body);
    if (r.min == 0) s.empty = assertions{};
    return s;
  }

  literal_side side_;
};

}  // namespace

edge edge_of(const node& n, literal_side side) {
  const state s = walker(side).of(n);
  return {common(s.with_text, s.empty).value_or(assertions{}), s.some};
}

}  // namespace stoplog::match
