// What a policy says of categories, by patterns.
#pragma once

#include "policy/pattern.hpp"
#include "policy/policy.hpp"

#include <string_view>
#include <vector>

namespace stoplog::policy {

// Of the longest pattern that takes the category, the first of equals; null if
// none does.
template <class T>
const T* for_category(const std::vector<by_category<T>>& all, std::string_view category) {
  const by_category<T>* best = nullptr;
  for (const auto& one : all) {
    if (!pattern_takes(one.pattern, category)) continue;
    if (best == nullptr || one.pattern.size() > best->pattern.size()) best = &one;
  }
  return best == nullptr ? nullptr : &best->value;
}

}  // namespace stoplog::policy
