#include "policy/lint.hpp"

#include <algorithm>
#include <string_view>

namespace stoplog::policy {
namespace {

constexpr std::size_t literal_bytes_min = 4;

void warn(problems& found, const stoplog::place& where, const char* code, std::string message) {
  found.push_back({problem::level::warning, code, std::move(message), where});
}

bool has_test(const rule& r, direction d, bool expect_match) {
  return std::any_of(r.tests.begin(), r.tests.end(),
                     [&](const rule_test& t) { return t.direction == d && t.expect_match == expect_match; });
}

void lint_tests(const rule& r, problems& found) {
  bool near_miss = false;
  for (const direction d : {direction::request, direction::response}) {
    near_miss = near_miss || has_test(r, d, false);
    const bool looks_there = (r.surfaces.directions >> static_cast<unsigned>(d) & 1U) != 0;
    if (looks_there && !has_test(r, d, true)) {
      warn(found, r.place, "W301", "rule " + r.id + " has no test that shows a " + std::string(to_string(d)) + " it matches");
    }
  }
  if (!near_miss) {
    warn(found, r.place, "W302", "rule " + r.id + " has no test that shows what it just does not match (expect: no_match)");
  }
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == ' ';
}

// A pattern of nothing but short words: it hits inside of others.
bool has_short_word(std::string_view regex) {
  if (regex.starts_with("(?:") && regex.ends_with(')')) regex = regex.substr(3, regex.size() - 4);
  bool any_short = false;
  while (true) {
    const std::size_t bar = regex.find('|');
    const std::string_view word = regex.substr(0, bar);
    if (!std::all_of(word.begin(), word.end(), is_plain)) return false;
    any_short = any_short || word.size() < literal_bytes_min;
    if (bar == std::string_view::npos) return any_short;
    regex.remove_prefix(bar + 1);
  }
}

void lint_part(const rule& r, const match::part& p, const stoplog::place& where, problems& found) {
  if (p.regex.starts_with(".*") || p.regex.starts_with(".+") || p.regex.starts_with("(?s).*")) {
    warn(found, where, "W303", "rule " + r.id + ": a pattern that begins with .* matches from the start of the text; leave it out");
  }
  if (!p.regex.empty() && has_short_word(p.regex)) {
    warn(found, where, "W304", "rule " + r.id + ": a word under 4 characters hits inside of other words; put \\b on both sides");
  }
}

// name:edition/item
bool has_edition(std::string_view framework) {
  const std::size_t colon = framework.find(':');
  const std::size_t slash = framework.find('/', std::min(colon, framework.size()));
  return colon != std::string_view::npos && colon > 0 && slash != std::string_view::npos && slash > colon + 1;
}

}  // namespace

void lint(const pack& p, problems& found) {
  for (const rule& r : p.rules) {
    lint_tests(r, found);
    for (std::size_t i = 0; i < r.match.parts.size() && i < r.part_places.size(); ++i) {
      lint_part(r, r.match.parts[i], r.part_places[i], found);
    }
    for (const auto& framework : r.notes.frameworks) {
      if (has_edition(framework)) continue;
      warn(found, r.place, "W306", "rule " + r.id + ": framework \"" + framework + "\" lacks its edition, as in owasp-llm:2025/LLM02");
    }
  }
}

}  // namespace stoplog::policy
