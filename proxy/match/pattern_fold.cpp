#include "match/pattern.hpp"

#include "match/syntax.hpp"
#include "text/fold.hpp"
#include "text/leet.hpp"
#include "text/squeezer.hpp"
#include "text/utf8.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

namespace stoplog::match {

namespace {

using syntax::class_item;
using syntax::node;
using syntax::one;

struct refused {
  std::string why;
};

[[noreturn]] void refuse(std::string why) { throw refused{std::move(why)}; }

// Unicode properties that the folded view keeps apart: letters that belong to one
// fold to letters that belong to it too, or vanish (marks). Tests hold this
// against RE2's own tables for every code point.
constexpr std::array<std::string_view, 20> whole_properties = {
    "L", "Nd", "Han", "Hiragana", "Katakana", "Hangul", "Arabic", "Hebrew", "Thai", "Lao", "Khmer", "Myanmar",
    "Devanagari", "Bengali", "Tamil", "Telugu", "Kannada", "Malayalam", "Gujarati", "Sinhala"};

// What a set of code points folds to.
struct image {
  char_set points;                    // of members that fold to one code point
  std::set<std::u32string> strings;   // of members that fold to several
  std::size_t dropped = 0;
};

std::u32string decoded(std::string_view text) {
  std::u32string out;
  while (const auto c = text::decode_front(text)) {
    out += c->code_point;
    text.remove_prefix(c->length);
  }
  return out;
}

// What a code point of the text becomes in the view.
std::u32string fold_point(char32_t c, view v) {
  std::string folded;
  text::append_folded(folded, c);
  std::u32string seen = decoded(folded);
  if (v == view::squeezed) std::erase_if(seen, [](char32_t f) { return !text::is_letter(f); });
  if (v == view::leet) {
    for (char32_t& f : seen) f = f < 0x80 ? static_cast<unsigned char>(text::leet(static_cast<char>(f))) : f;
  }
  return seen;
}

image fold_set(const char_set& set, view v) {
  image all;
  std::string folded;
  for (const code_range& r : set.ranges()) {
    for (char32_t c = r.first; c <= r.last; ++c) {
      if (v != view::folded) {
        const std::u32string seen = fold_point(c, v);
        if (seen.empty()) ++all.dropped;
        else if (seen.size() == 1) all.points.add(seen.front());
        else all.strings.insert(seen);
        continue;
      }
      folded.clear();
      text::append_folded(folded, c);
      const auto front = text::decode_front(folded);
      if (!front) ++all.dropped;
      else if (front->length == folded.size()) all.points.add(front->code_point);
      else all.strings.insert(decoded(folded));
    }
  }
  return all;
}

std::string name(char32_t c) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out = "U+";
  for (int shift = c > 0xFFFF ? 20 : 12; shift >= 0; shift -= 4) out += digits[(c >> shift) & 0xF];
  return out;
}

bool names_in_either_case(const char_set& set, char32_t c) {
  return set.contains(c) || (c >= 'a' && c <= 'z' && set.contains(c - 'a' + 'A'));
}

// The first ASCII character that the image has and the class does not name.
std::optional<char32_t> stranger(const image& folded, const char_set& named) {
  for (char32_t c = 0; c < 0x80; ++c) {
    if (folded.points.contains(c) && !names_in_either_case(named, c)) return c;
  }
  return std::nullopt;
}

node make_text(const std::u32string& text) {
  syntax::concat all;
  for (const char32_t c : text) all.parts.push_back(node{syntax::make_literal(c)});
  if (all.parts.size() == 1) return std::move(all.parts.front());
  return node{std::move(all)};
}

class rewriter {
 public:
  explicit rewriter(view v) : view_(v) {}

  bool widened = false;

  node of(const node& n) {
    return std::visit([this](const auto& what) { return of(what); }, n.what);
  }

 private:
  bool squeezes() const noexcept { return view_ == view::squeezed; }

  node of(syntax::assertion a) {
    if (!squeezes() || a == syntax::assertion::text_begin || a == syntax::assertion::text_end) return node{a};
    if (a == syntax::assertion::word_boundary) return node{syntax::concat{}};
    refuse("the squeezed view has neither lines nor words; leave \\B, (?m)^ and (?m)$ out, or use view: folded");
  }

  node of(const syntax::concat& c) {
    syntax::concat all;
    for (const node& part : c.parts) {
      node folded = of(part);
      // A literal that became several stays in the row.
      if (auto* row = std::get_if<syntax::concat>(&folded.what)) {
        std::move(row->parts.begin(), row->parts.end(), std::back_inserter(all.parts));
      } else {
        all.parts.push_back(std::move(folded));
      }
    }
    return node{std::move(all)};
  }

  node of(const syntax::alternate& a) {
    syntax::alternate all;
    for (const node& part : a.parts) all.parts.push_back(of(part));
    return node{std::move(all)};
  }

  node of(const syntax::repeat& r) {
    return node{syntax::repeat{std::make_unique<node>(of(*r.body)), r.min, r.max}};
  }

  node of(const one& o) {
    if (const auto c = syntax::literal(o)) {
      const std::u32string text = fold_point(*c, view_);
      if (text.empty() && squeezes()) return node{syntax::concat{}};
      if (text.empty()) refuse(name(*c) + " is not in the folded view, which drops invisible characters; use view: raw");
      return make_text(text);
    }
    return o.negated ? negated_class(o) : positive_class(o);
  }

  static char_set named_by(const one& o) {
    char_set named;
    for (const class_item& item : o.items) {
      if (item.property.empty()) named.add(item.negated ? item.members.complement() : item.members);
    }
    return named;
  }

  static void check_property(const class_item& item) {
    if (std::find(whole_properties.begin(), whole_properties.end(), item.property) != whole_properties.end()) return;
    refuse("the folded view does not keep \\p{" + item.property +
           "} apart: case, accents and look-alikes are folded; name the letters (a-z), or use view: raw");
  }

  // \W, [:^digit:]: everything that the folds of the members do not cover.
  char_set folded_complement(const class_item& item) const {
    const char_set rest = fold_set(item.members, view_).points.complement();
    return squeezes() ? fold_set(rest, view_).points : rest;
  }

  node positive_class(const one& o) {
    const char_set named = named_by(o);
    one result;
    char_set points;
    std::set<std::u32string> strings;
    bool optional = false;
    for (const class_item& item : o.items) {
      if (!item.property.empty()) {
        check_property(item);
        result.items.push_back(item);
      } else if (item.negated) {
        points.add(folded_complement(item));
        optional = optional || squeezes();
      } else {
        const image folded = fold_set(item.members, view_);
        note_strangers(item, folded, named);
        points.add(folded.points);
        strings.insert(folded.strings.begin(), folded.strings.end());
        // What is named and never seen may be missing: [ \x{200B}] matches nothing too.
        optional = optional || folded.dropped == item.members.size() || (squeezes() && folded.dropped != 0);
      }
    }
    if (!points.empty()) result.items.push_back({std::move(points), {}, false});
    return with_strings(std::move(result), strings, optional);
  }

  node with_strings(one single, const std::set<std::u32string>& strings, bool optional) const {
    syntax::alternate all;
    if (!single.items.empty()) all.parts.push_back(node{std::move(single)});
    for (const std::u32string& text : strings) all.parts.push_back(make_text(text));
    if (all.parts.empty() && squeezes()) return node{syntax::concat{}};
    if (all.parts.empty()) refuse("a class holds only characters that are not in the folded view; use view: raw");
    node n = all.parts.size() == 1 ? std::move(all.parts.front()) : node{std::move(all)};
    if (optional) n = node{syntax::repeat{std::make_unique<node>(std::move(n)), 0, 1}};
    return n;
  }

  // A few letters of another script may fold to ASCII; a class of "everything
  // beyond ASCII" may not turn into one that matches plain English.
  void note_strangers(const class_item& item, const image& folded, const char_set& named) {
    constexpr std::size_t letters_max = 1024;
    const auto c = stranger(folded, named);
    if (!c) return;
    if (item.members.size() > letters_max) {
      refuse("a wide class would match plain ASCII on the folded view, because " + name(item.members.ranges().front().first) +
             " and following fold to it; write [^\\x00-\\x7F] for what is not ASCII, or use view: raw");
    }
    widened = true;
  }

  node negated_class(const one& o) {
    const char_set named = named_by(o);
    one result;
    result.negated = true;
    char_set points;
    std::set<std::u32string> strings;
    for (const class_item& item : o.items) {
      if (!item.property.empty()) {
        check_property(item);
        result.items.push_back(item);
      } else if (item.negated) {
        points.add(folded_complement(item));
      } else {
        const image folded = fold_set(item.members, view_);
        if (const auto c = stranger(folded, named)) {
          refuse("[^...] names a character that folds to " + name(*c) + ", and would exclude that as well; exclude " + name(*c) +
                 " too, or use view: raw");
        }
        points.add(folded.points);
        strings.insert(folded.strings.begin(), folded.strings.end());
      }
    }
    for (const std::u32string& text : strings) {
      const auto excluded = [&](char32_t c) { return points.contains(c); };
      if (!std::all_of(text.begin(), text.end(), excluded)) {
        refuse("[^...] names a character that folds to several, which no class can exclude; use view: raw");
      }
    }
    // Letters only; and what the class takes besides is not there.
    if (squeezes()) points.add('\n');
    if (!points.empty()) result.items.push_back({std::move(points), {}, false});
    node n{std::move(result)};
    return squeezes() ? node{syntax::repeat{std::make_unique<node>(std::move(n)), 0, 1}} : std::move(n);
  }

  view view_;
};

}  // namespace

folded_pattern fold_pattern(std::string_view regex, view v) {
  folded_pattern result;
  const syntax::parsed parsed = syntax::parse(regex);
  if (!parsed.root) {
    result.refusal = parsed.hint.empty() ? "the pattern holds syntax that cannot be folded; use view: raw" : parsed.hint;
    return result;
  }
  try {
    constexpr std::uint32_t letters_min = 3;
    rewriter r(v);
    const node folded = r.of(*parsed.root);
    result.widened = r.widened;
    if (v == view::squeezed && syntax::length(folded).shortest < letters_min) refuse("fewer than three letters of the pattern are left in the squeezed view; use view: folded");
    syntax::print(folded, result.regex);
  } catch (refused& why) {
    result.refusal = std::move(why.why);
  }
  return result;
}

}  // namespace stoplog::match
