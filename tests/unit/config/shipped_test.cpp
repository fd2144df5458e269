// What is shipped in rules/ and policies/ loads without a problem, compiles
// without a warning, and its tests pass however an answer is cut.
#include "config/load.hpp"
#include "policy/compiled.hpp"
#include "policy/lint.hpp"
#include "policy/rule_testing.hpp"

#include <gtest/gtest.h>

namespace stoplog::config {
namespace {

documents shipped(problems& found) {
  const std::filesystem::path root = STOPLOG_SOURCE_DIR;
  const std::filesystem::path paths[] = {root / "rules", root / "policies"};
  return load(paths, found);
}

std::string lines(const problems& found) {
  std::string all;
  for (const auto& p : found) all += to_string(p) + "\n";
  return all;
}

TEST(shipped, loads_and_compiles_without_a_problem) {
  problems found;
  const documents all = shipped(found);
  EXPECT_EQ(all.packs.size(), 7U);
  EXPECT_EQ(all.policies.size(), 1U);
  for (const auto& pack : all.packs) {
    for (const auto& rule : pack.rules) policy::lint(rule, found);
  }
  const auto set = policy::policy_set::compile(all.packs, all.policies, "0123456789abcdef", found);
  EXPECT_TRUE(found.empty()) << lines(found);
  ASSERT_NE(set, nullptr);
  EXPECT_NE(set->select({"any", "", "", "any", "", ""}), nullptr);
}

TEST(shipped, passes_its_own_tests_however_an_answer_is_cut) {
  problems found;
  const documents all = shipped(found);
  std::size_t rules = 0, tests = 0, runs = 0;
  for (const auto& pack : all.packs) {
    for (const auto& rule : pack.rules) {
      ++rules;
      const auto alone = policy::compile_alone(rule, pack.rules, found);
      ASSERT_NE(alone, nullptr) << rule.id << lines(found);
      for (const auto& test : rule.tests) {
        ++tests;
        const auto outcome = policy::run_test(rule, test, alone, policy::chunking::all);
        runs += outcome.runs;
        EXPECT_TRUE(outcome.passed) << rule.id << " \"" << test.name << "\": " << outcome.why;
      }
    }
  }
  EXPECT_GE(rules, 24U);
  EXPECT_GE(tests, 120U);
  EXPECT_GE(runs, 2000U);
}

}  // namespace
}  // namespace stoplog::config
