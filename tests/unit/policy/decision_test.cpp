#include "packs.hpp"

#include <gtest/gtest.h>

namespace stoplog::policy {
namespace {

using namespace test;

// Rules 0 to 3, of severities low, high, critical and high.
std::shared_ptr<const policy_set> four_rules() {
  std::vector<rule> rules;
  const severity severities[] = {severity::low, severity::high, severity::critical, severity::high};
  for (const severity s : severities) {
    rules.push_back(make_rule("R-" + std::to_string(rules.size()), action::block, "word" + std::to_string(rules.size())));
    rules.back().severity = s;
  }
  problems found;
  return policy_set::compile({make_pack("p", "1.0.0", rules)}, {make_policy("x", {use("p", "^1")})}, key, found);
}

finding found_by(std::uint32_t rule, verdict enforced) {
  finding f;
  f.rule = rule;
  f.enforced = enforced;
  f.would = verdict::block;
  return f;
}

TEST(decision, is_the_strongest_then_the_most_severe_then_the_first) {
  using enum verdict;
  struct {
    std::vector<std::pair<std::uint32_t, verdict>> findings;
    verdict expected;
    std::optional<std::uint32_t> rule;
  } const cases[] = {
      {{}, allow, {}},
      {{{2, allow}}, allow, {}},
      {{{0, redact}}, redact, 0},
      {{{0, redact}, {2, allow}}, redact, 0},
      {{{2, allow}, {0, redact}}, redact, 0},
      {{{2, redact}, {0, block}}, block, 0},
      {{{0, block}, {2, redact}}, block, 0},
      {{{0, block}, {1, block}}, block, 1},
      {{{1, block}, {0, block}}, block, 1},
      {{{1, block}, {3, block}}, block, 1},
      {{{3, block}, {1, block}}, block, 3},
      {{{0, redact}, {1, redact}, {2, redact}, {3, redact}}, redact, 2},
      {{{2, redact}, {0, block}, {1, redact}}, block, 0},
  };
  const auto set = four_rules();
  ASSERT_NE(set, nullptr);
  std::size_t ran = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(ran++);
    decision d(allow);
    for (const auto& [rule, enforced] : c.findings) d.add(found_by(rule, enforced), *set->policies()[0]);
    EXPECT_EQ(d.verdict, c.expected);
    EXPECT_EQ(d.rule, c.rule);
    EXPECT_EQ(d.findings.size(), c.findings.size());
  }
  EXPECT_EQ(ran, 13U);
}

TEST(decision, refuses_a_rule_that_is_not_there) {
  const auto set = four_rules();
  decision d(verdict::allow);
  EXPECT_THROW(d.add(found_by(4, verdict::block), *set->policies()[0]), contract_violation);
}

}  // namespace
}  // namespace stoplog::policy
