#include "match/syntax_scan.hpp"

#include "text/utf8.hpp"

#include <algorithm>

namespace stoplog::match::syntax {

namespace {

[[noreturn]] void unknown(std::string hint = {}) { throw unknown_syntax{std::move(hint)}; }

constexpr bool is_octal(char32_t c) { return c >= '0' && c <= '7'; }
constexpr bool is_word(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

int hex_value(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return -1;
}

char32_t valid(char32_t c) {
  if (c > text::largest_code_point || (c >= 0xD800 && c <= 0xDFFF)) unknown();
  return c;
}

char32_t hexadecimal(scanner& in) {
  const bool braces = in.eat("{");
  char32_t value = 0;
  int digits = 0;
  while (!in.done() && hex_value(in.peek()) >= 0 && (braces || digits < 2)) {
    value = std::min<char32_t>(value * 16 + static_cast<char32_t>(hex_value(in.next())), 0x1000000);
    ++digits;
  }
  if (braces ? digits == 0 || !in.eat("}") : digits != 2) unknown();
  return valid(value);
}

char32_t octal(scanner& in, char32_t first) {
  char32_t value = first - '0';
  for (int more = 0; more < 2 && !in.done() && is_octal(in.peek()); ++more) value = value * 8 + (in.next() - '0');
  return value;
}

class_item perl_class(char32_t letter) {
  class_item item;
  switch (letter) {
    case 'd': case 'D': item.members = {{'0', '9'}}; break;
    case 's': case 'S': item.members = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}}; break;
    default: item.members = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}; break;
  }
  item.negated = letter < 'a';
  return item;
}

class_item property(scanner& in, bool negated) {
  class_item item;
  item.negated = negated;
  if (!in.eat("{")) {
    text::append_utf8(item.property, in.next());
    return item;
  }
  if (in.eat("^")) item.negated = !item.negated;
  while (!in.eat("}")) {
    const char32_t c = in.next();
    if (!is_word(c)) unknown();
    text::append_utf8(item.property, c);
  }
  if (item.property == "Any") {
    item.property.clear();
    item.members = char_set::all();
  } else if (item.property.empty()) {
    unknown();
  }
  return item;
}

// Escapes of other languages, by the letter behind the backslash.
void refuse_what_re2_lacks(char32_t letter) {
  switch (letter) {
    case 'Z': unknown("RE2 has no \\Z; write \\n?\\z");
    case 'h': unknown("RE2 has no \\h; write [ \\t]");
    case 'R': unknown("RE2 has no \\R; write (?:\\r\\n|\\n|\\r)");
    case 'N': unknown("RE2 has no \\N; write [^\\n]");
    case 'X': unknown("RE2 has no \\X; write . for one character");
    case 'u': unknown("RE2 writes a character by its number as \\x{0064}");
    case 'c': unknown("RE2 has no \\c; write a control character by its number, as \\x01");
    case 'K': unknown("RE2 has no \\K; match what comes before it too, or write a rule for the text behind it");
    case 'G': unknown("RE2 has no \\G; leave it out");
    default: return;
  }
}

}  // namespace

bool scanner::eat(std::string_view text) noexcept {
  if (!rest_.starts_with(text)) return false;
  rest_.remove_prefix(text.size());
  return true;
}

char32_t scanner::peek() const {
  const auto c = text::decode_front(rest_);
  if (!c) unknown();
  return c->code_point;
}

char32_t scanner::next() {
  const auto c = text::decode_front(rest_);
  if (!c) unknown();
  rest_.remove_prefix(c->length);
  return c->code_point;
}

char32_t escaped(scanner& in) {
  const char32_t c = in.next();
  switch (c) {
    case 'a': return '\a';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    case 'x': return hexadecimal(in);
    case '0': return octal(in, c);
    default: break;
  }
  if (c >= '1' && c <= '9') {
    if (c <= '7' && !in.done() && is_octal(in.peek())) return octal(in, c);
    unknown("RE2 has no back-references (\\1); write the repeated part out, or match each value with a rule of its own");
  }
  if (c == 'k' || c == 'g') unknown("RE2 has no back-references (\\k, \\g); write the repeated part out");
  refuse_what_re2_lacks(c);
  if (c >= 0x80 || is_word(c)) unknown();
  return c;
}

std::optional<class_item> escaped_class(scanner& in) {
  const std::string_view rest = in.rest();
  if (rest.size() < 2 || rest[0] != '\\') return std::nullopt;
  switch (rest[1]) {
    case 'd': case 'D': case 's': case 'S': case 'w': case 'W':
      in.skip(2);
      return perl_class(static_cast<char32_t>(rest[1]));
    case 'p': case 'P':
      in.skip(2);
      return property(in, rest[1] == 'P');
    default: return std::nullopt;
  }
}

}  // namespace stoplog::match::syntax
