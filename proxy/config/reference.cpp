#include "config/reference.hpp"

#include <iterator>

namespace stoplog::config {

const std::vector<object_reference>& every_reference() {
  static const std::vector<object_reference> all = [] {
    std::vector<object_reference> made;
    for (const auto& part : {pack_reference(), list_reference(), rule_reference(), scope_reference(), match_reference(),
                             policy_reference(), settings_reference()}) {
      std::copy(part.begin(), part.end(), std::back_inserter(made));
    }
    return made;
  }();
  return all;
}

}  // namespace stoplog::config
