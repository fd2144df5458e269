// What can be said of a pattern without running it. RE2 exposes no syntax tree,
// so a parser of our own reads the same syntax; RE2 compiles every pattern too
// and stays the arbiter of what matches.
//
// Every fact is a bound that holds for all matches in all texts; where the
// parser does not know a construct, the whole pattern is opaque and the facts
// say "anything". A fact is never a guess.
//
// Lengths and distances count code points of the text that the pattern runs on.
// Matches are any (begin, end) for which RE2 with anchors at both would accept,
// not only the leftmost; greediness is therefore of no account.
#pragma once

#include "match/rule_spec.hpp"

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::match {

// A set of assertions; a bit each.
struct assertions {
  bool word_boundary = false;      // \b
  bool not_word_boundary = false;  // \B
  bool line_begin = false;         // ^ under (?m)
  bool line_end = false;           // $ under (?m)
  bool text_begin = false;         // \A, ^
  bool text_end = false;           // \z, $

  bool any() const noexcept {
    return word_boundary || not_word_boundary || line_begin || line_end || text_begin || text_end;
  }
  friend bool operator==(const assertions&, const assertions&) = default;
};

// Literals are UTF-8 and are meant byte for byte: patterns under (?i) list each
// spelling, or none when these are too many.
struct required_literal {
  std::vector<std::string> any_of;        // every match contains one of these; empty: none known
  std::uint32_t before_min = 0;           // code points from the match's begin to the literal's
  std::optional<std::uint32_t> before_max;  // none: unbounded
};

struct pattern_facts {
  bool opaque = false;

  std::uint32_t shortest = 0;
  std::optional<std::uint32_t> longest;   // none: unbounded

  std::vector<std::string> prefixes;      // every match starts with one of these; empty: none known
  std::vector<std::string> suffixes;      // every match ends with one of these; empty: none known
  required_literal required;              // the most selective of those inside; may equal prefixes

  // `_every`: holds at the begin (end) of every match.
  // `_some`: may have to be evaluated at the begin (end) of some match, so one
  // code point of context before (lookahead after) can decide it.
  assertions leading_every, leading_some;
  assertions trailing_every, trailing_some;

  bool can_be_empty = true;               // some match may have no text (shortest == 0)
  bool can_hold_newline = true;           // some match may contain U+000A
  std::bitset<256> first_bytes;           // the first byte of any non-empty match
  std::bitset<256> bytes;                 // all bytes of any match

  // A pattern that matches every prefix of every match (and the match itself),
  // the empty one included: begin live starts are found as (?:closure)\z.
  // Empty when opaque, or when it would be longer than closure_bytes_max.
  std::string closure;

  std::string hint;                       // a construct that RE2 lacks: one sentence with the rewrite; else empty
};

inline constexpr std::size_t prefixes_max = 256;        // strings in prefixes, suffixes, any_of
inline constexpr std::size_t literal_bytes_max = 32;    // bytes of one of them
inline constexpr std::size_t closure_bytes_max = 16 * 1024;

// Never fails: what is not understood, or is not UTF-8, is opaque.
pattern_facts analyse(std::string_view regex);

// What is probably not meant.
struct pattern_lint {
  bool starts_with_any = false;   // leading .* or .+ (or of a negated class), unbounded
  std::string shortest_literal;   // a literal alternative under 4 characters without \b around it; else empty
};
pattern_lint lint_pattern(std::string_view regex);

// The pattern for the folded view (text/fold.hpp) that means what `regex` means
// for a reader, case aside; RE2 compiles it case-sensitively, (?i) is gone.
//
//  - a literal becomes its fold: `Straße` -> `strasse`;
//  - a class becomes the folds of its members: [À-ä] -> [a-z...], and strings
//    where a member folds to several code points: [xß] -> (?:x|ss);
//  - a negated class excludes the folds of what it excludes: [^"] excludes
//    every typographic double quote too;
//  - \w \d \s \b and . keep their meaning on the folded text.
// Refused are patterns for which this would be false: literals that the view
// drops (zero-width, control), a negated class that would exclude what it does
// not name ([^é] would exclude e), named classes that the view splits
// (\p{Cyrillic}), and whatever is opaque.
struct folded_pattern {
  std::string regex;
  std::string refusal;   // one sentence that names the culprit and the way out; empty: regex is faithful
  bool widened = false;  // a class now also matches ASCII letters that it did not name: [а-я] matches a, e, o
};

//
// In the leet view letters and the signs that stand for them are one: [0-9] becomes
// the letters that digits stand for. In the squeezed view what is no letter is
// gone: literals and \b vanish, and a class that also holds other characters
// may be missing. Refused besides: \B and line assertions in the squeezed view,
// and patterns of which fewer than three letters are left.
folded_pattern fold_pattern(std::string_view regex, view v = view::folded);

// A text as a pattern that matches it alone; printable and safe inside any
// other pattern.
std::string quote(std::string_view text);

}  // namespace stoplog::match
