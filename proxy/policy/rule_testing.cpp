#include "policy/rule_testing.hpp"

#include "match/stream.hpp"
#include "policy/spec.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace stoplog::policy {
namespace {

using chunks = std::vector<std::string_view>;

// Everything that must not depend on how a text was cut.
struct observation {
  std::vector<match::finding> findings;
  stoplog::verdict verdict = stoplog::verdict::allow;
  std::uint64_t decided_at = 0;
  std::string released;
  friend bool operator==(const observation&, const observation&) = default;
};

std::optional<observation> observe(const std::shared_ptr<const match::database>& rules, surface where, const chunks& text) {
  match::stream stream(rules, where);
  observation seen;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto step = stream.feed(text[i], i + 1 == text.size());
    if (!step) return std::nullopt;
    seen.released += step->released;
    seen.verdict = step->verdict;
    seen.decided_at = step->decided_at;
    if (step->verdict == stoplog::verdict::block) break;
  }
  seen.findings.assign(stream.findings().begin(), stream.findings().end());
  return seen;
}

// What is wrong with the whole text's outcome; empty if nothing is.
std::string misjudged(const rule& r, const rule_test& t, const observation& seen, std::string_view text) {
  const bool matched = !seen.findings.empty();
  if (matched != t.expect_match) return matched ? "a match where none is expected" : "no match where one is expected";
  const stoplog::verdict wanted = matched ? effect_of(r.action, mode::enforce) : stoplog::verdict::allow;
  if (seen.verdict != wanted) {
    return "the verdict is " + std::string(to_string(seen.verdict)) + " and not " + std::string(to_string(wanted));
  }
  const bool changed = seen.released != text;
  if (changed != (wanted != stoplog::verdict::allow)) return changed ? "the text was changed" : "the text was not changed";
  return {};
}

struct cutting {
  std::string name;
  chunks pieces;
};

std::vector<cutting> cuttings_of(const rule_test& t, std::string_view text, chunking how) {
  std::vector<cutting> all;
  if (t.chunks.size() > 1) all.push_back({"in its chunks", {t.chunks.begin(), t.chunks.end()}});
  if (how != chunking::all || t.direction != direction::response) return all;
  for (std::size_t at = 1; at < text.size(); ++at) {
    all.push_back({"cut at byte " + std::to_string(at), {text.substr(0, at), text.substr(at)}});
  }
  cutting bytes{"byte by byte", {}};
  for (std::size_t at = 0; at < text.size(); ++at) bytes.pieces.push_back(text.substr(at, 1));
  all.push_back(std::move(bytes));
  cutting late{"with its end told later", {text, {}}};
  all.push_back(std::move(late));
  return all;
}

}  // namespace

std::shared_ptr<const match::database> compile_alone(const rule& r, std::span<const rule> beside, problems& found) {
  const rule_to_compile one[] = {{&r, mode::enforce}};
  std::vector<rule_to_compile> signals;
  if (!r.signals.empty()) {
    for (const rule& other : beside) signals.push_back({&other, mode::enforce});
  }
  return compile_rules(one, signals, found);
}

test_outcome run_test(const rule& r, const rule_test& t, const std::shared_ptr<const match::database>& alone,
                      chunking how) {
  const surface where{t.direction, t.role, t.channel};
  std::string text;
  for (const auto& chunk : t.chunks) text += chunk;

  test_outcome outcome;
  const auto whole = observe(alone, where, {text});
  ++outcome.runs;
  if (!whole) {
    outcome.why = "the rule could not be evaluated";
    return outcome;
  }
  outcome.why = misjudged(r, t, *whole, text);
  if (!outcome.why.empty()) return outcome;
  for (const cutting& cut : cuttings_of(t, text, how)) {
    ++outcome.runs;
    if (observe(alone, where, cut.pieces) == whole) continue;
    outcome.why = "the outcome differs from that of the whole text when it comes " + cut.name;
    return outcome;
  }
  outcome.passed = true;
  return outcome;
}

}  // namespace stoplog::policy
