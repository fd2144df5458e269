#include "match/pattern.hpp"

#include "match/literals.hpp"
#include "match/pattern_closure.hpp"
#include "match/pattern_edges.hpp"
#include "match/syntax.hpp"
#include "text/utf8.hpp"

#include <algorithm>

namespace stoplog::match {

namespace {

using syntax::node;

// The code points of any match, and those that one can begin with.
struct alphabet {
  char_set all;
  char_set first;
  bool nullable = true;
};

alphabet alphabet_of(const node& n);

struct alphabet_walker {
  alphabet operator()(const syntax::one& o) const {
    const char_set set = syntax::members(o).upper;
    return {set, set, false};
  }
  alphabet operator()(syntax::assertion) const { return {}; }
  alphabet operator()(const syntax::concat& c) const {
    alphabet sum;
    for (const node& part : c.parts) {
      const alphabet a = alphabet_of(part);
      sum.all.add(a.all);
      if (sum.nullable) sum.first.add(a.first);
      sum.nullable = sum.nullable && a.nullable;
    }
    return sum;
  }
  alphabet operator()(const syntax::alternate& alternatives) const {
    alphabet sum{{}, {}, false};
    for (const node& part : alternatives.parts) {
      const alphabet a = alphabet_of(part);
      sum.all.add(a.all);
      sum.first.add(a.first);
      sum.nullable = sum.nullable || a.nullable;
    }
    return sum;
  }
  alphabet operator()(const syntax::repeat& r) const {
    if (r.max == 0U) return {};
    alphabet a = alphabet_of(*r.body);
    a.nullable = a.nullable || r.min == 0;
    return a;
  }
};

alphabet alphabet_of(const node& n) { return std::visit(alphabet_walker{}, n.what); }

bool is_edge_assertion(const node& n) { return std::holds_alternative<syntax::assertion>(n.what); }

// A class so wide that starting with any number of it says nothing.
bool starts_with_any(const node& n) {
  constexpr std::size_t wide = 1000;
  if (const auto* c = std::get_if<syntax::concat>(&n.what)) {
    const auto first = std::find_if_not(c->parts.begin(), c->parts.end(), is_edge_assertion);
    return first != c->parts.end() && starts_with_any(*first);
  }
  if (const auto* a = std::get_if<syntax::alternate>(&n.what)) return std::any_of(a->parts.begin(), a->parts.end(), starts_with_any);
  const auto* r = std::get_if<syntax::repeat>(&n.what);
  if (r == nullptr || r->max) return false;
  const auto* o = std::get_if<syntax::one>(&r->body->what);
  return o != nullptr && syntax::members(*o).upper.size() > wide;
}

// The text that a node is, when it is nothing but literals; sets `bounded` when
// word boundaries stand on both sides of it.
std::optional<std::u32string> plain_text(const node& n, bool& bounded) {
  std::u32string text;
  const auto add = [&](const node& part) {
    const auto* o = std::get_if<syntax::one>(&part.what);
    const auto c = o == nullptr ? std::nullopt : syntax::literal(*o);
    if (c) text += *c;
    return c.has_value();
  };
  const auto* c = std::get_if<syntax::concat>(&n.what);
  if (c == nullptr) return add(n) ? std::optional(text) : std::nullopt;
  std::size_t boundaries = 0;
  for (std::size_t i = 0; i < c->parts.size(); ++i) {
    const auto* a = std::get_if<syntax::assertion>(&c->parts[i].what);
    const bool at_edge = i == 0 || i + 1 == c->parts.size();
    if (a != nullptr && at_edge) boundaries += *a == syntax::assertion::word_boundary ? 1 : 0;
    else if (!add(c->parts[i])) return std::nullopt;
  }
  bounded = bounded || boundaries == 2;
  return text;
}

std::string short_literal(const node& n, bool bounded) {
  constexpr std::size_t short_below = 4;
  if (const auto* a = std::get_if<syntax::alternate>(&n.what)) {
    for (const node& part : a->parts) {
      if (std::string found = short_literal(part, bounded); !found.empty()) return found;
    }
    return {};
  }
  // \b(?:...)\b: the boundaries stand around each alternative.
  if (const auto* c = std::get_if<syntax::concat>(&n.what); c != nullptr && c->parts.size() == 3 && is_edge_assertion(c->parts[0]) &&
                                                            is_edge_assertion(c->parts[2]) &&
                                                            std::holds_alternative<syntax::alternate>(c->parts[1].what)) {
    const auto is_boundary = [](const node& part) { return std::get<syntax::assertion>(part.what) == syntax::assertion::word_boundary; };
    return short_literal(c->parts[1], bounded || (is_boundary(c->parts[0]) && is_boundary(c->parts[2])));
  }
  const auto text = plain_text(n, bounded);
  if (!text || text->empty() || text->size() >= short_below || bounded) return {};
  std::string found;
  for (const char32_t c : *text) text::append_utf8(found, c);
  return found;
}

pattern_facts opaque(std::string hint) {
  pattern_facts f;
  f.opaque = true;
  f.hint = std::move(hint);
  f.first_bytes.set();
  f.bytes.set();
  const assertions all{true, true, true, true, true, true};
  f.leading_some = f.trailing_some = all;
  return f;
}

}  // namespace

pattern_facts analyse(std::string_view regex) {
  syntax::parsed parsed = syntax::parse(regex);
  if (!parsed.root) return opaque(std::move(parsed.hint));
  const node& root = *parsed.root;
  pattern_facts f;
  const syntax::span_length length = syntax::length(root);
  f.shortest = length.shortest;
  f.longest = length.longest;
  f.can_be_empty = length.shortest == 0;
  f.prefixes = edge_literals(root, literal_side::begin);
  f.suffixes = edge_literals(root, literal_side::end);
  f.required = inner_literals(root, f.prefixes);
  const edge leading = edge_of(root, literal_side::begin);
  const edge trailing = edge_of(root, literal_side::end);
  f.leading_every = leading.every;
  f.leading_some = leading.some;
  f.trailing_every = trailing.every;
  f.trailing_some = trailing.some;
  const alphabet a = alphabet_of(root);
  a.all.add_bytes(f.bytes);
  a.first.add_first_bytes(f.first_bytes);
  f.can_hold_newline = a.all.contains('\n');
  f.closure = closure_of(root, closure_bytes_max);
  return f;
}

pattern_lint lint_pattern(std::string_view regex) {
  const syntax::parsed parsed = syntax::parse(regex);
  if (!parsed.root) return {};
  return {starts_with_any(*parsed.root), short_literal(*parsed.root, false)};
}

std::string quote(std::string_view text) {
  std::string out;
  while (const auto c = text::decode_front(text)) {
    syntax::print(syntax::make_literal(c->code_point), out);
    text.remove_prefix(c->length);
  }
  return out;
}

}  // namespace stoplog::match
