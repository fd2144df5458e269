#include "match/syntax_scan.hpp"

namespace stoplog::match::syntax {

namespace {

class_item posix_class(std::string_view name) {
  class_item item;
  item.negated = name.starts_with("^");
  if (item.negated) name.remove_prefix(1);
  char_set& m = item.members;
  if (name == "alnum") m = {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}};
  else if (name == "alpha") m = {{'A', 'Z'}, {'a', 'z'}};
  else if (name == "ascii") m = {{0, 0x7F}};
  else if (name == "blank") m = {{'\t', '\t'}, {' ', ' '}};
  else if (name == "cntrl") m = {{0, 0x1F}, {0x7F, 0x7F}};
  else if (name == "digit") m = {{'0', '9'}};
  else if (name == "graph") m = {{'!', '~'}};
  else if (name == "lower") m = {{'a', 'z'}};
  else if (name == "print") m = {{' ', '~'}};
  else if (name == "punct") m = {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}};
  else if (name == "space") m = {{'\t', '\r'}, {' ', ' '}};
  else if (name == "upper") m = {{'A', 'Z'}};
  else if (name == "word") m = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
  else if (name == "xdigit") m = {{'0', '9'}, {'A', 'F'}, {'a', 'f'}};
  else throw unknown_syntax{};
  return item;
}

std::optional<class_item> bracketed_name(scanner& in) {
  if (!in.starts_with("[:")) return std::nullopt;
  const std::size_t end = in.rest().find(":]", 2);
  if (end == std::string_view::npos) return std::nullopt;  // RE2 then reads a plain bracket
  class_item item = posix_class(in.rest().substr(2, end - 2));
  in.skip(end + 2);
  return item;
}

char32_t class_character(scanner& in) { return in.eat("\\") ? escaped(in) : in.next(); }

class_item range(scanner& in) {
  class_item item;
  const char32_t first = class_character(in);
  char32_t last = first;
  if (in.starts_with("-") && !in.starts_with("-]")) {
    in.skip(1);
    last = class_character(in);
    if (last < first) throw unknown_syntax{};
  }
  item.members.add(first, last);
  return item;
}

}  // namespace

one bracket_class(scanner& in) {
  one result;
  result.negated = in.eat("^");
  // A closing bracket in the first place is a member.
  for (bool first = true; first || !in.starts_with("]"); first = false) {
    if (in.done()) throw unknown_syntax{};
    if (auto item = bracketed_name(in)) {
      result.items.push_back(std::move(*item));
    } else if (auto escape = escaped_class(in)) {
      result.items.push_back(std::move(*escape));
    } else {
      result.items.push_back(range(in));
    }
  }
  in.skip(1);
  return result;
}

}  // namespace stoplog::match::syntax
