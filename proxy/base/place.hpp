// A place in a file that a person wrote, and what is wrong there. Everything
// that reads configuration collects problems instead of stopping at the first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stoplog {

// Lines and columns start at 1; 0 means "the file as a whole".
struct place {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct problem {
  enum class level { error, warning } severity = level::error;
  std::string code;     // E104, W310: stable, documented
  std::string message;  // one sentence, with the fix where one is known
  stoplog::place place;
};

using problems = std::vector<problem>;

// rules/cred.yaml:31:11: error[E104]: unknown key "regexp"; did you mean "regex"?
std::string to_string(const problem& p);

bool has_errors(const problems& list) noexcept;

}  // namespace stoplog
