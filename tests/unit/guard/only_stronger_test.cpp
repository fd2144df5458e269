// A caller can make a verdict stronger, never weaker: whatever members are added
// to a request, wherever, it is refused or judged at least as hard.
#include "dialect/endpoint.hpp"
#include "guard/request_guard.hpp"
#include "json/writer.hpp"
#include "support/policies.hpp"
#include "support/request_bodies.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

using policy::action;

// Names by which somebody might hope to be judged by another policy.
constexpr const char* hopeful[] = {"policy", "policies", "stoplog", "x-stoplog-policy", "guard", "guardrails", "guardrail_mode", "bypass", "safe_mode",
                                   "moderation", "content_filter", "filter", "shadow", "mode", "enforce", "role", "trusted", "admin", "debug", "extra_body",
                                   "upstream", "route", "team", "key_id", "__proto__", "constructor", "$schema", "", "provider", "transforms", "plugins"};

struct maker {
  std::mt19937 dice;

  std::size_t below(std::size_t n) { return dice() % n; }

  std::string name(const dialect::shape_root& known) {
    if (below(3) == 0) return hopeful[below(std::size(hopeful))];
    if (below(2) == 0) {
      const auto& members = known.table[below(known.table.size())].members;
      if (!members.empty()) return std::string(members[below(members.size())].key);
    }
    std::string made;
    for (auto n = 1 + below(8); n > 0; --n) made += static_cast<char>('a' + below(26));
    return made;
  }

  std::string value(const dialect::shape_root& known, int depth = 0) {
    static const char* const words[] = {"\"none\"", "\"off\"", "\"allow\"", "\"system\"", "\"\"", "true", "false", "null", "0", "-1", "1e3", "\"forbidden\"", "\"text\""};
    const auto kind = below(depth > 3 ? 6 : 9);
    if (kind < 6) return words[below(std::size(words))];
    if (kind == 6) return "[" + value(known, depth + 1) + "," + value(known, depth + 1) + "]";
    return "{" + quoted(name(known)) + ":" + value(known, depth + 1) + "}";
  }

  static std::string quoted(const std::string& text) {
    std::string out;
    json::append_string(out, text);
    return out;
  }
};

// What became of a body; no verdict: it was refused.
std::optional<verdict> judge(const dialect::codec& by, const std::string& body, const std::shared_ptr<const policy::compiled_policy>& policy,
                             std::string& forwarded) {
  request_guard guard(by, {});
  if (!guard.read(body)) return std::nullopt;
  auto outcome = guard.inspect(policy);
  if (!outcome) return std::nullopt;
  forwarded = std::move(outcome->body);
  EXPECT_EQ(outcome->report.coverage.received, outcome->report.coverage.scanned);
  return outcome->report.decision.verdict;
}

TEST(OnlyStronger, AddedMembersNeverWeakenAVerdict) {
  const auto policy = support::compile({{.id = "B", .regex = "forbidden recipe"}, {.id = "R", .regex = "secret-[0-9]{4}", .action = action::redact}});
  const std::pair<const char*, verdict> texts[] = {{"hello", verdict::allow}, {"it is secret-4711", verdict::redact}, {"the forbidden recipe", verdict::block}};
  maker make{std::mt19937(41)};
  std::size_t judged = 0;
  std::size_t refused = 0;
  std::size_t endpoints = 0;
  for (const dialect::endpoint& e : dialect::endpoints()) {
    if (e.method != "POST" || e.scans == nullptr) continue;
    ++endpoints;
    for (const auto& [text, at_least] : texts) {
      const std::string body = support::request_body(e.path, text);
      ASSERT_FALSE(body.empty()) << "tests/support/request_bodies.hpp has no body of " << e.path;
      std::string forwarded;
      ASSERT_EQ(judge(*e.scans, body, policy, forwarded), at_least) << body;
      for (int round = 0; round < 700; ++round) {
        std::string changed = body;
        for (auto n = 1 + make.below(3); n > 0; --n) {
          // Behind any brace that opens an object, the root's most often.
          std::vector<std::size_t> braces{0, 0, 0};
          for (auto at = changed.find("{\""); at != std::string::npos; at = changed.find("{\"", at + 1)) braces.push_back(at);
          const auto at = braces[make.below(braces.size())] + 1;
          changed.insert(at, maker::quoted(make.name(e.scans->request_shape())) + ":" + make.value(e.scans->request_shape()) + ",");
        }
        const auto now = judge(*e.scans, changed, policy, forwarded);
        if (!now) {
          ++refused;
          continue;
        }
        ++judged;
        EXPECT_GE(*now, at_least) << changed;
        EXPECT_EQ(forwarded.find("secret-4711"), std::string::npos) << changed;
        EXPECT_EQ(forwarded.find("forbidden recipe"), std::string::npos) << changed;
      }
    }
  }
  EXPECT_EQ(judged + refused, endpoints * 3 * 700);
  EXPECT_GT(judged, endpoints * 600);
  EXPECT_GT(refused, endpoints * 10);
}

}  // namespace
}  // namespace stoplog::guard
