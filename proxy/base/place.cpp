#include "base/place.hpp"

#include <algorithm>

namespace stoplog {

std::string to_string(const problem& p) {
  std::string line = p.place.file;
  if (p.place.line != 0) line += ':' + std::to_string(p.place.line) + ':' + std::to_string(p.place.column);
  line += p.severity == problem::level::error ? ": error[" : ": warning[";
  line += p.code + "]: " + p.message;
  return line;
}

bool has_errors(const problems& list) noexcept {
  return std::any_of(list.begin(), list.end(),
                     [](const problem& p) { return p.severity == problem::level::error; });
}

}  // namespace stoplog
