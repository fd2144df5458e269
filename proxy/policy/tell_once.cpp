#include "policy/tell_once.hpp"

#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace stoplog::policy {

void tell_once(problems& found) {
  const auto identity = [](const problem& p) {
    return std::tuple(std::string_view(p.place.file), p.place.line, p.place.column, std::string_view(p.code),
                      std::string_view(p.message), p.severity);
  };
  std::vector<bool> is_first(found.size());
  {
    std::set<decltype(identity(found.front()))> seen;
    for (std::size_t i = 0; i < found.size(); ++i) is_first[i] = seen.insert(identity(found[i])).second;
  }
  problems kept;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (is_first[i]) kept.push_back(std::move(found[i]));
  }
  found = std::move(kept);
}

}  // namespace stoplog::policy
