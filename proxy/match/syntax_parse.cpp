#include "match/syntax_scan.hpp"

#include "text/utf8.hpp"

#include <algorithm>

namespace stoplog::match::syntax {

namespace {

constexpr std::uint32_t repeat_max = 1000;  // RE2 refuses more

struct flags {
  bool ignore_case = false;  // i
  bool multi_line = false;   // m
  bool dot_all = false;      // s
};

[[noreturn]] void unknown(std::string hint = {}) { throw unknown_syntax{std::move(hint)}; }

struct counts {
  std::uint32_t min;
  std::optional<std::uint32_t> max;
};

// A number as RE2 reads it: no leading zero.
std::optional<std::uint32_t> number(scanner& in) {
  const std::string_view rest = in.rest();
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits == 0 || (digits > 1 && rest[0] == '0')) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : rest.substr(0, digits)) value = std::min(value * 10 + static_cast<std::uint32_t>(c - '0'), repeat_max + 1);
  in.skip(digits);
  return value;
}

// {n}, {n,} or {n,m}; anything else in braces is literal text.
std::optional<counts> braces(scanner& in) {
  scanner ahead = in;
  if (!ahead.eat("{")) return std::nullopt;
  const auto min = number(ahead);
  if (!min) return std::nullopt;
  counts found{*min, *min};
  if (ahead.eat(",")) found.max = ahead.starts_with("}") ? std::nullopt : number(ahead);
  const bool unbounded = !found.max && ahead.rest().starts_with("}");
  if (!ahead.eat("}") || (!found.max && !unbounded)) return std::nullopt;
  if (found.min > repeat_max || found.max.value_or(0) > repeat_max || (found.max && *found.max < found.min)) unknown();
  in = ahead;
  return found;
}

std::optional<counts> quantifier(scanner& in) {
  std::optional<counts> found;
  if (in.eat("*")) found = counts{0, std::nullopt};
  else if (in.eat("+")) found = counts{1, std::nullopt};
  else if (in.eat("?")) found = counts{0, 1};
  else found = braces(in);
  if (!found) return std::nullopt;
  if (in.eat("?")) return found;  // non-greedy: the same texts match
  if (in.starts_with("+")) unknown("RE2 has no possessive quantifiers (a++); drop the second +: RE2 never backtracks");
  return found;
}

class parser {
 public:
  explicit parser(std::string_view regex) : in_(regex) {}

  node whole() {
    flags f;
    node root = alternatives(f, 0);
    if (!in_.done()) unknown();  // an unopened parenthesis
    return root;
  }

 private:
  // Flags that are set inside act up to the end of the enclosing group, beyond `|`.
  node alternatives(flags& f, int depth) {
    if (depth > depth_max) unknown();
    alternate all;
    do all.parts.push_back(sequence(f, depth)); while (in_.eat("|"));
    if (all.parts.size() == 1) return std::move(all.parts.front());
    return node{std::move(all)};
  }

  node sequence(flags& f, int depth) {
    concat all;
    bool repeated = false;
    while (!in_.done() && !in_.starts_with("|") && !in_.starts_with(")")) {
      if (const auto times = quantifier(in_)) {
        if (all.parts.empty() || repeated) unknown();
        auto body = std::make_unique<node>(std::move(all.parts.back()));
        all.parts.back() = node{repeat{std::move(body), times->min, times->max}};
        repeated = true;
      } else {
        atoms(all.parts, f, depth);
        repeated = false;
      }
    }
    if (all.parts.size() == 1) return std::move(all.parts.front());
    return node{std::move(all)};
  }

  void atoms(std::vector<node>& out, flags& f, int depth) {
    if (in_.eat("(")) return group(out, f, depth);
    if (in_.eat("\\Q")) {
      while (!in_.done() && !in_.eat("\\E")) out.push_back(single(make_literal(in_.next()), f));
      return;
    }
    if (in_.eat("[")) return out.push_back(single(bracket_class(in_), f));
    if (auto item = escaped_class(in_)) return out.push_back(single(one{{std::move(*item)}}, f));
    if (in_.eat(".")) return out.push_back(node{dot(f)});
    if (const auto a = assertion_here(f)) return out.push_back(node{*a});
    out.push_back(single(make_literal(in_.eat("\\") ? escaped(in_) : in_.next()), f));
  }

  static node single(one o, const flags& f) {
    o.ignore_case = f.ignore_case;
    return node{std::move(o)};
  }

  static one dot(const flags& f) {
    one o;
    o.negated = true;
    if (!f.dot_all) o.items.push_back({{{'\n', '\n'}}, {}, false});
    return o;
  }

  std::optional<assertion> assertion_here(const flags& f) {
    if (in_.eat("^")) return f.multi_line ? assertion::line_begin : assertion::text_begin;
    if (in_.eat("$")) return f.multi_line ? assertion::line_end : assertion::text_end;
    if (in_.eat("\\A")) return assertion::text_begin;
    if (in_.eat("\\z")) return assertion::text_end;
    if (in_.eat("\\b")) return assertion::word_boundary;
    if (in_.eat("\\B")) return assertion::not_word_boundary;
    return std::nullopt;
  }

  // Behind the opening parenthesis.
  void group(std::vector<node>& out, flags& f, int depth) {
    flags inside = f;
    if (in_.eat("?")) {
      refuse_what_re2_lacks();
      if (in_.eat("P<")) {
        group_name();
      } else if (set_flags(inside)) {
        f = inside;
        return;
      }
    }
    out.push_back(alternatives(inside, depth + 1));
    if (!in_.eat(")")) unknown();
  }

  void refuse_what_re2_lacks() const {
    if (in_.starts_with("<=") || in_.starts_with("<!")) {
      unknown("RE2 has no look-behind; use \\b, or match the text before it too");
    }
    if (in_.starts_with("=") || in_.starts_with("!")) {
      unknown("RE2 has no look-ahead; use \\b, match the text after it too, or exclude with unless");
    }
    if (in_.starts_with(">")) unknown("RE2 has no atomic groups; write (?:...): RE2 never backtracks");
    if (in_.starts_with("P=")) unknown("RE2 has no back-references ((?P=name)); write the repeated part out");
    if (in_.starts_with("<") || in_.starts_with("'")) unknown("RE2 names groups as (?P<name>...)");
    if (in_.starts_with("#")) unknown("RE2 has no comments inside patterns; use the rule's title");
    if (in_.starts_with("R") || in_.starts_with("0") || in_.starts_with("&")) unknown("RE2 has no recursion");
    if (in_.starts_with("(")) unknown("RE2 has no conditionals; write an alternation");
  }

  void group_name() {
    const std::size_t end = in_.rest().find('>');
    if (end == std::string_view::npos || end == 0) unknown();
    in_.skip(end + 1);
  }

  // The letters behind (?, up to and with `)` or `:`; true when it was `)`.
  bool set_flags(flags& f) {
    bool value = true;
    bool any = false;
    while (true) {
      if (in_.eat(":")) break;
      if (in_.eat(")")) {
        if (!any) unknown();
        return true;
      }
      if (value && in_.eat("-")) {
        value = any = false;
        continue;
      }
      any = true;
      if (in_.eat("i")) f.ignore_case = value;
      else if (in_.eat("m")) f.multi_line = value;
      else if (in_.eat("s")) f.dot_all = value;
      else if (!in_.eat("U")) unknown(in_.starts_with("x") ? "RE2 has no free-spacing mode (?x); write the pattern without spaces" : "");
    }
    if (!value && !any) unknown();
    return false;
  }

  scanner in_;
};

}  // namespace

parsed parse(std::string_view regex) {
  parsed result;
  if (regex.size() > pattern_bytes_max || !text::is_utf8(regex)) return result;
  try {
    result.root = parser(regex).whole();
  } catch (unknown_syntax& unknown) {
    result.hint = std::move(unknown.hint);
  }
  return result;
}

}  // namespace stoplog::match::syntax
