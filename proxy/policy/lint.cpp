#include "policy/lint.hpp"

#include "match/pattern.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace stoplog::policy {
namespace {

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

void lint_pattern(const rule& r, const match::part& p, const stoplog::place& where, problems& found) {
  if (p.regex.empty()) return;
  const auto facts = match::lint_pattern(p.regex);
  if (facts.starts_with_any) {
    warn(found, where, "W303", "rule " + r.id + ": a pattern that begins with .* matches from the start of the text; leave it out");
  }
  // The squeezed view has no words.
  if (!facts.shortest_literal.empty() && p.view != match::view::squeezed) {
    warn(found, where, "W304",
         "rule " + r.id + ": \"" + facts.shortest_literal + "\" hits inside of other words; put \\b on both sides");
  }
}

// name:edition/item
bool has_edition(std::string_view framework) {
  const std::size_t colon = framework.find(':');
  const std::size_t slash = framework.find('/', std::min(colon, framework.size()));
  return colon != std::string_view::npos && colon > 0 && slash != std::string_view::npos && slash > colon + 1;
}

}  // namespace

void lint(const rule& r, problems& found) {
  lint_tests(r, found);
  for (std::size_t i = 0; i < r.match.parts.size() && i < r.part_places.size(); ++i) {
    lint_pattern(r, r.match.parts[i], r.part_places[i], found);
  }
  for (const auto& framework : r.notes.frameworks) {
    if (has_edition(framework)) continue;
    warn(found, r.place, "W306", "rule " + r.id + ": framework \"" + framework + "\" lacks its edition, as in owasp-llm:2025/LLM02");
  }
}

void lint(const policy& p, wall_time now, problems& found) {
  using namespace std::chrono;
  constexpr auto soon = days(14), long_time = days(366);
  for (const exception& x : p.exceptions) {
    const std::string name = "exception " + x.id;
    if (x.expired(now)) {
      warn(found, x.place, "W313", name + " has expired and excuses nothing; take it out");
    } else if (x.expires - now <= soon) {
      const auto left = ceil<days>(x.expires - now).count();
      warn(found, x.place, "W310", name + " expires in " + std::to_string(left) + (left == 1 ? " day" : " days"));
    } else if (x.expires - now > long_time) {
      warn(found, x.place, "W315", name + " holds for more than twelve months; agree on a nearer date");
    }
    if (!x.narrowed()) warn(found, x.place, "W314", name + " is for everybody; say in `when` which teams, keys, routes or models");
  }
}

}  // namespace stoplog::policy
