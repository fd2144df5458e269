// The cursor and the escapes that both halves of the pattern parser use.
#pragma once

#include "match/syntax.hpp"

#include <stdexcept>

namespace stoplog::match::syntax {

// Thrown inside the parser only: the pattern holds something it does not know.
struct unknown_syntax {
  std::string hint;
};

class scanner {
 public:
  explicit scanner(std::string_view rest) : rest_(rest) {}

  bool done() const noexcept { return rest_.empty(); }
  std::string_view rest() const noexcept { return rest_; }
  bool starts_with(std::string_view text) const noexcept { return rest_.starts_with(text); }
  bool eat(std::string_view text) noexcept;
  void skip(std::size_t bytes) noexcept { rest_.remove_prefix(bytes); }

  // The next code point; `regex` was validated as UTF-8 before.
  char32_t peek() const;
  char32_t next();

 private:
  std::string_view rest_;
};

// After a backslash: the code point that an escape stands for.
char32_t escaped(scanner& in);

// At a backslash: \d \D \s \S \w \W, \pN, \p{Name}, \PN, \p{^Name}; none when it
// is another escape, and then nothing was read.
std::optional<class_item> escaped_class(scanner& in);

// Behind the opening bracket, up to and with the closing one.
one bracket_class(scanner& in);

}  // namespace stoplog::match::syntax
