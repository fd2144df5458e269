// How verbs show problems: to people with the line they are in, to programs as
// JSON or SARIF.
#pragma once

#include "base/place.hpp"
#include "config/load.hpp"
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

// `file:line:col: error[CODE]: sentence`, and below it the line with a caret
// where `texts` has it.
void print_problems(paper& to, const problems& found, const config::source_texts& texts);

// "2 errors and 1 warning"
std::string count_of(const problems& found);

// "1 pack", "2 policies"
std::string counted(std::size_t n, std::string_view one, std::string_view more);

// With blanks up to `width` bytes.
std::string padded(std::string text, std::size_t width);

// As an array of objects: file, line, column, severity, code, message.
void add_problems(json::writer& to, const problems& found);

// A whole log in SARIF 2.1.0, which code review and CI services read.
std::string sarif_of(const problems& found, const config::source_texts& texts);

}  // namespace stoplog::cli
