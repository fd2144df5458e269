#include "match/literals.hpp"

#include "text/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>

namespace stoplog::match {

namespace {

using syntax::node;

// A class is spelled out when it is small, or when the texts so far say little.
constexpr std::size_t class_small = 4;
constexpr std::size_t class_large = 16;
constexpr std::size_t says_enough = 3;      // bytes
constexpr std::size_t crossed_max = 64;     // texts made by combining parts

struct candidate {
  std::string text;
  bool whole = true;  // all of what the node matches, so that more may follow
  friend auto operator<=>(const candidate&, const candidate&) = default;
};

// none: no finite set is known.
using candidates = std::optional<std::vector<candidate>>;

void deduplicate(std::vector<candidate>& all) {
  std::sort(all.begin(), all.end());
  // Sorted, {text, false} precedes {text, true}; the first stands for both.
  const auto same = [](const candidate& a, const candidate& b) { return a.text == b.text; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
}

void close(std::vector<candidate>& all) {
  for (candidate& c : all) c.whole = false;
}

bool any_whole(const std::vector<candidate>& all) {
  return std::any_of(all.begin(), all.end(), [](const candidate& c) { return c.whole; });
}

std::size_t shortest_text(const std::vector<candidate>& all) {
  std::size_t shortest = std::numeric_limits<std::size_t>::max();
  for (const candidate& c : all) shortest = std::min(shortest, c.text.size());
  return shortest;
}

class extractor {
 public:
  explicit extractor(literal_side side) : side_(side) {}

  candidates of(const node& n) const {
    return std::visit([this](const auto& what) { return of(what); }, n.what);
  }

  // The texts of parts in a row, in the order in which they are met from our side.
  candidates of_row(std::span<const node> parts) const {
    std::vector<candidate> all{{}};
    for (std::size_t i = 0; i < parts.size() && any_whole(all); ++i) {
      const node& part = side_ == literal_side::begin ? parts[i] : parts[parts.size() - 1 - i];
      if (const auto c = plain_letter(part)) {
        extend(all, *c);
      } else {
        extend(all, of(part));
      }
    }
    return all;
  }

 private:
  candidates of(syntax::assertion) const { return std::vector<candidate>{{}}; }
  candidates of(const syntax::concat& c) const { return of_row(c.parts); }

  candidates of(const syntax::one& o) const {
    const char_set set = syntax::members(o).upper;
    if (set.size() > class_large) return std::nullopt;
    std::vector<candidate> all;
    for (const code_range& r : set.ranges()) {
      for (char32_t c = r.first; c <= r.last; ++c) {
        candidate one;
        text::append_utf8(one.text, c);
        all.push_back(std::move(one));
      }
    }
    return all;
  }

  candidates of(const syntax::alternate& a) const {
    std::vector<candidate> all;
    for (const node& part : a.parts) {
      candidates some = of(part);
      if (!some) return std::nullopt;
      all.insert(all.end(), std::make_move_iterator(some->begin()), std::make_move_iterator(some->end()));
    }
    deduplicate(all);
    return reduced(std::move(all));
  }

  candidates of(const syntax::repeat& r) const {
    std::vector<candidate> all{{}};
    if (r.max == 0U) return all;
    candidates once = of(*r.body);
    const std::uint32_t sure = std::min<std::uint32_t>(r.min, literal_bytes_max);
    for (std::uint32_t i = 0; i < sure && any_whole(all); ++i) extend(all, once);
    if (r.max == r.min && sure == r.min) return all;
    if (r.min != 0) {
      close(all);
      return all;
    }
    if (!once) return once;
    if (r.max != 1U) close(*once);
    once->push_back({});
    deduplicate(*once);
    return once;
  }

  static std::optional<char32_t> plain_letter(const node& part) {
    const auto* o = std::get_if<syntax::one>(&part.what);
    return o == nullptr || o->ignore_case ? std::nullopt : syntax::literal(*o);
  }

  // Most of most patterns: in place, as nothing can become too much.
  void extend(std::vector<candidate>& all, char32_t letter) const {
    std::string bytes;
    text::append_utf8(bytes, letter);
    for (candidate& c : all) {
      if (!c.whole) continue;
      c.text.insert(side_ == literal_side::begin ? c.text.size() : 0, bytes);
      cut(c, literal_bytes_max);
    }
    if (all.size() > 1) deduplicate(all);
  }

  // Puts each of `more` behind (before) every text that is still whole; when that
  // is not known or too much, the texts stay as they are and are closed.
  void extend(std::vector<candidate>& all, const candidates& more) const {
    const auto whole = static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const candidate& c) { return c.whole; }));
    const bool too_many = more && (all.size() - whole + whole * more->size() > crossed_max) && more->size() > 1;
    const bool pointless = more && more->size() > class_small && shortest_text(all) >= says_enough;
    if (!more || too_many || pointless) return close(all);
    std::vector<candidate> crossed;
    for (const candidate& a : all) {
      if (!a.whole) {
        crossed.push_back(a);
        continue;
      }
      for (const candidate& b : *more) crossed.push_back(joined(a, b));
    }
    deduplicate(crossed);
    all = std::move(crossed);
  }

  candidate joined(const candidate& a, const candidate& b) const {
    candidate c{side_ == literal_side::begin ? a.text + b.text : b.text + a.text, b.whole};
    cut(c, literal_bytes_max);
    return c;
  }

  // Keeps the bytes at our side, whole code points only.
  void cut(candidate& c, std::size_t bytes) const {
    if (c.text.size() <= bytes) return;
    const auto continues = [&](std::size_t at) { return (static_cast<std::uint8_t>(c.text[at]) & 0xC0) == 0x80; };
    c.whole = false;
    if (side_ == literal_side::begin) {
      while (bytes > 0 && continues(bytes)) --bytes;
      c.text.resize(bytes);
    } else {
      std::size_t at = c.text.size() - bytes;
      while (at < c.text.size() && continues(at)) ++at;
      c.text.erase(0, at);
    }
  }

  // A long alternation shares beginnings: shorter texts are fewer.
  candidates reduced(std::vector<candidate> all) const {
    for (const std::size_t bytes : {std::size_t{8}, std::size_t{5}, std::size_t{4}, says_enough}) {
      if (all.size() <= prefixes_max) return all;
      for (candidate& c : all) cut(c, bytes);
      deduplicate(all);
    }
    if (all.size() <= prefixes_max) return all;
    return std::nullopt;
  }

  literal_side side_;
};

bool stands_at_edge(std::string_view text, std::string_view edge, literal_side side) {
  return side == literal_side::begin ? text.starts_with(edge) : text.ends_with(edge);
}

// A text is of no use when a shorter one at its edge is looked for anyway.
std::vector<std::string> minimal(const std::vector<candidate>& all, literal_side side) {
  std::vector<std::string> texts;
  for (const candidate& c : all) {
    const auto covers = [&](const candidate& o) { return o.text.size() < c.text.size() && stands_at_edge(c.text, o.text, side); };
    if (std::none_of(all.begin(), all.end(), covers)) texts.push_back(c.text);
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

std::vector<std::string> usable(const candidates& all, literal_side side) {
  if (!all || all->empty() || shortest_text(*all) == 0) return {};
  return minimal(*all, side);
}

// The longer its shortest text and the fewer its texts, the rarer is a set.
double rarity(const required_literal& r) {
  if (r.any_of.empty()) return -1;
  std::size_t shortest = std::numeric_limits<std::size_t>::max();
  for (const std::string& text : r.any_of) shortest = std::min(shortest, text.size());
  const double length = 4.0 * static_cast<double>(std::min<std::size_t>(shortest, 12));
  return length - std::log2(static_cast<double>(r.any_of.size())) + (r.before_max ? 2 : 0);
}

required_literal shifted(required_literal r, syntax::span_length before) {
  const syntax::span_length sum = syntax::follow(before, {r.before_min, r.before_max});
  r.before_min = sum.shortest;
  r.before_max = sum.longest;
  return r;
}

void keep_rarer(required_literal& best, required_literal other) {
  if (rarity(other) > rarity(best)) best = std::move(other);
}

required_literal inside(std::span<const node> parts);

required_literal literals_of(const node& n) { return inner_literals(n, edge_literals(n, literal_side::begin)); }

required_literal inside(const syntax::alternate& a) {
  required_literal all = literals_of(a.parts.front());
  for (const node& part : std::span(a.parts).subspan(1)) {
    required_literal some = literals_of(part);
    if (all.any_of.empty() || some.any_of.empty()) return {};
    all.any_of.insert(all.any_of.end(), some.any_of.begin(), some.any_of.end());
    all.before_min = std::min(all.before_min, some.before_min);
    all.before_max = all.before_max && some.before_max ? std::optional(std::max(*all.before_max, *some.before_max)) : std::nullopt;
  }
  std::sort(all.any_of.begin(), all.any_of.end());
  all.any_of.erase(std::unique(all.any_of.begin(), all.any_of.end()), all.any_of.end());
  if (all.any_of.size() > prefixes_max) return {};
  return all;
}

required_literal inside(const node& part) {
  if (const auto* c = std::get_if<syntax::concat>(&part.what)) return inside(std::span(c->parts));
  if (const auto* a = std::get_if<syntax::alternate>(&part.what)) return inside(*a);
  if (const auto* r = std::get_if<syntax::repeat>(&part.what); r != nullptr && r->min > 0) return literals_of(*r->body);
  return {};
}

required_literal inside(std::span<const node> parts) {
  const extractor forward(literal_side::begin);
  required_literal best;
  syntax::span_length before;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    // Behind a literal a start says less than the literal's own did, and a long
    // literal would be looked at once for each of its letters.
    const auto is_literal = [](const node& n) {
      const auto* o = std::get_if<syntax::one>(&n.what);
      return o != nullptr && syntax::literal(*o).has_value();
    };
    if (i == 0 || !is_literal(parts[i - 1])) {
      keep_rarer(best, {usable(forward.of_row(parts.subspan(i)), literal_side::begin), before.shortest, before.longest});
    }
    keep_rarer(best, shifted(inside(parts[i]), before));
    before = syntax::follow(before, syntax::length(parts[i]));
  }
  return best;
}

}  // namespace

std::vector<std::string> edge_literals(const node& n, literal_side side) {
  return usable(extractor(side).of_row({&n, 1}), side);
}

required_literal inner_literals(const node& n, std::vector<std::string> prefixes) {
  required_literal best{std::move(prefixes), 0, 0};
  keep_rarer(best, inside(n));
  if (best.any_of.empty()) return {};
  return best;
}

}  // namespace stoplog::match
