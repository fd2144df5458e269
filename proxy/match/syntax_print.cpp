#include "match/syntax.hpp"

#include "text/utf8.hpp"

#include <charconv>

namespace stoplog::match::syntax {

namespace {

void append_number(std::string& out, std::uint32_t n, int base = 10) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, n, base).ptr;
  out.append(digits, end);
}

// One code point, safe inside and outside of brackets.
void append_code_point(std::string& out, char32_t c) {
  constexpr std::string_view special = "\\.+*?()|[]{}^$-&~";
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
    out += "\\x{";
    append_number(out, c, 16);
    out += '}';
    return;
  }
  if (c < 0x80 && special.find(static_cast<char>(c)) != std::string_view::npos) out += '\\';
  text::append_utf8(out, c);
}

void append_range(std::string& out, const code_range& r) {
  append_code_point(out, r.first);
  if (r.last == r.first) return;
  if (r.last > r.first + 1) out += '-';
  append_code_point(out, r.last);
}

void append_item(std::string& out, const class_item& item, bool ignore_case) {
  if (!item.property.empty()) {
    out += item.negated ? "\\P{" : "\\p{";
    out += item.property;
    out += '}';
    return;
  }
  // A negated item leaves its members' case variants out as well; only ASCII
  // classes can be negated as items, so that these are known.
  const char_set set = item.negated ? members(one{{item}, false, ignore_case}).upper : item.members;
  for (const code_range& r : set.ranges()) append_range(out, r);
}

std::string_view spelling(assertion a) {
  switch (a) {
    case assertion::word_boundary: return "\\b";
    case assertion::not_word_boundary: return "\\B";
    case assertion::line_begin: return "(?m:^)";
    case assertion::line_end: return "(?m:$)";
    case assertion::text_begin: return "\\A";
    case assertion::text_end: return "\\z";
  }
  return {};
}

void append_counts(std::string& out, const repeat& r) {
  if (!r.max && r.min < 2) {
    out += r.min == 0 ? '*' : '+';
  } else if (r.min == 0 && r.max == 1U) {
    out += '?';
  } else {
    out += '{';
    append_number(out, r.min);
    if (r.max != r.min) out += ',';
    if (r.max && *r.max != r.min) append_number(out, *r.max);
    out += '}';
  }
}

// Everything, which brackets cannot say without a member.
constexpr std::string_view any = "(?s:.)";
constexpr std::string_view none = "[^\\x{0}-\\x{10ffff}]";

}  // namespace

void print(const one& o, std::string& out) {
  if (const auto c = literal(o); c && !o.ignore_case) return append_code_point(out, *c);
  std::string inside;
  for (const class_item& item : o.items) append_item(inside, item, o.ignore_case);
  if (inside.empty()) {
    out += o.negated ? any : none;
    return;
  }
  if (o.ignore_case) out += "(?i:";
  out += o.negated ? "[^" : "[";
  out += inside;
  out += ']';
  if (o.ignore_case) out += ')';
}

void print(const node& n, std::string& out, std::size_t limit) {
  struct printer {
    std::string& out;
    std::size_t limit;

    void operator()(const one& o) const { print(o, out); }
    void operator()(assertion a) const { out += spelling(a); }
    void operator()(const concat& c) const {
      for (const node& part : c.parts) grouped(part, std::holds_alternative<alternate>(part.what));
    }
    void operator()(const alternate& a) const {
      for (std::size_t i = 0; i < a.parts.size() && out.size() <= limit; ++i) {
        if (i != 0) out += '|';
        print(a.parts[i], out, limit);
      }
    }
    void operator()(const repeat& r) const {
      grouped(*r.body, !std::holds_alternative<one>(r.body->what));
      append_counts(out, r);
    }
    void grouped(const node& part, bool parentheses) const {
      if (out.size() > limit) return;
      if (parentheses) out += "(?:";
      print(part, out, limit);
      if (parentheses) out += ')';
    }
  };
  std::visit(printer{out, limit}, n.what);
}

}  // namespace stoplog::match::syntax
