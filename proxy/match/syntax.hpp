// The syntax tree of a pattern: RE2's syntax as far as this program reasons
// about it. Groups are gone, flags are pushed down to where they act, and
// greediness is not kept: it does not change which texts match.
#pragma once

#include "match/char_set.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace stoplog::match::syntax {

struct node;

// A member of a class as it was written. A Unicode property (\pL, \p{Greek}) is
// kept by name: its members are not known here.
struct class_item {
  char_set members;
  std::string property;
  bool negated = false;   // \D, [:^alpha:], \PL
};

// Exactly one code point: a literal, a class, or the dot (a negated class).
struct one {
  std::vector<class_item> items;
  bool negated = false;
  bool ignore_case = false;
};

enum class assertion : std::uint8_t { word_boundary, not_word_boundary, line_begin, line_end, text_begin, text_end };

struct concat { std::vector<node> parts; };      // no parts: the empty text
struct alternate { std::vector<node> parts; };   // at least one

struct repeat {
  std::unique_ptr<node> body;
  std::uint32_t min = 0;
  std::optional<std::uint32_t> max;  // none: unbounded
};

struct node {
  std::variant<concat, one, assertion, alternate, repeat> what;
};

inline constexpr std::size_t pattern_bytes_max = 64 * 1024;
inline constexpr int depth_max = 200;

struct parsed {
  std::optional<node> root;  // none: opaque
  std::string hint;          // a construct that RE2 lacks, with the rewrite; or empty
};

parsed parse(std::string_view regex);

// What `one` matches, from below and from above; equal when it is known exactly
// (no property, and no case folding beyond ASCII).
struct bounds {
  char_set lower;
  char_set upper;
};
bounds members(const one& o);

// The single code point that `o` stands for, when it was written as a literal.
std::optional<char32_t> literal(const one& o);
one make_literal(char32_t c);
one make_class(char_set set);

// RE2 syntax that means the same; `concat` and `alternate` come in (?:...) where
// something may follow. Stops early once `out` is longer than `limit`.
void print(const node& n, std::string& out, std::size_t limit = std::string::npos);
void print(const one& o, std::string& out);

// The length of the texts that `n` matches, in code points.
struct span_length {
  std::uint32_t shortest = 0;
  std::optional<std::uint32_t> longest = 0;
};
span_length length(const node& n);
span_length follow(span_length a, span_length b);  // of a then b

}  // namespace stoplog::match::syntax
