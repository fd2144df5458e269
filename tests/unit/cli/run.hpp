// Calls verbs as a shell would: arguments and stdin in; code, stdout and stderr out.
#pragma once

#include "cli/verbs.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace stoplog::cli {

struct outcome {
  exit_code code = exit_code::fine;
  std::string out, err;
};

class captured {
 public:
  explicit captured(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(text_.rdbuf())) {}
  ~captured() { stream_.rdbuf(before_); }
  captured(const captured&) = delete;
  captured& operator=(const captured&) = delete;
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::ostream& stream_;
  std::streambuf* before_;
};

inline outcome run(std::vector<std::string> arguments, const std::string& stdin_text = "") {
  outcome seen;
  const captured out(std::cout), err(std::cerr);
  std::istringstream in(stdin_text);
  auto* stdin_before = std::cin.rdbuf(in.rdbuf());
  CLI::App program{"stoplog", "stoplog"};
  add_verbs(program, seen.code);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    program.parse(arguments);
  } catch (const CLI::ParseError&) {
    seen.code = exit_code::usage;
  }
  std::cin.rdbuf(stdin_before);
  seen.out = out.text();
  seen.err = err.text();
  return seen;
}

}  // namespace stoplog::cli
