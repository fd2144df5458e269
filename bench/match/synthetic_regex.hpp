// A synthetic rule as one expression, for engines that take nothing else.
#pragma once

#include "match/pattern.hpp"
#include "match/rule_spec.hpp"
#include "text/fold.hpp"

#include <string>

namespace stoplog::bench {

inline std::string regex_of(const match::part& p) {
  if (!p.regex.empty()) return p.view == match::view::folded ? match::fold_pattern(p.regex).regex : p.regex;
  std::string all;
  for (const std::string& word : p.words) all += (all.empty() ? "" : "|") + match::quote(text::fold(word));
  return "\\b(?:" + all + ")\\b";
}

}  // namespace stoplog::bench
