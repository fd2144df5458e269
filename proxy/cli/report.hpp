// How verbs show problems: to people with the line they are in, to programs as JSON.
#pragma once

#include "base/place.hpp"
#include "json/writer.hpp"

#include <iosfwd>
#include <string>
#include <string_view>

namespace stoplog::cli {

enum class tone : std::uint8_t { plain, good, bad, warning, quiet };

// Text for people; coloured only where the stream is a terminal and NO_COLOR
// is not set.
class paper {
 public:
  explicit paper(std::ostream& out);                        // std::cout or std::cerr
  paper(std::ostream& out, bool coloured) : out_(out), coloured_(coloured) {}

  paper& write(std::string_view text, tone how = tone::plain);

 private:
  std::ostream& out_;
  bool coloured_;
};

// `file:line:col: error[CODE]: sentence`, and below it the line with a caret.
// Only lines of packs and policies are shown: settings may hold secrets.
void print_problems(paper& to, const problems& found);

// "2 errors and 1 warning"
std::string count_of(const problems& found);

// As an array of objects: file, line, column, severity, code, message.
void add_problems(json::writer& to, const problems& found);

}  // namespace stoplog::cli
