// The whole files that the documents show are ones that the loader takes.
#include "config/load.hpp"
#include "policy/rule_testing.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace stoplog::config {
namespace {

// The ```yaml blocks of a document that begin with apiVersion.
std::vector<std::string> examples_in(const std::filesystem::path& document) {
  std::ifstream in(std::filesystem::path(STOPLOG_SOURCE_DIR) / document);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  constexpr std::string_view fence = "```yaml\n";
  std::vector<std::string> all;
  for (std::size_t at = text.find(fence); at != std::string::npos; at = text.find(fence, at + 1)) {
    const std::size_t begin = at + fence.size();
    std::string block = text.substr(begin, text.find("```", begin) - begin);
    if (block.starts_with("apiVersion")) all.push_back(std::move(block));
  }
  return all;
}

std::string lines(const problems& found) {
  std::string all;
  for (const auto& p : found) all += to_string(p) + "\n";
  return all;
}

TEST(examples, of_the_policy_language_load_and_pass) {
  problems found;
  std::size_t tests = 0;
  const auto examples = examples_in("docs/policy-language.md");
  EXPECT_EQ(examples.size(), 2U);
  for (const auto& yaml : examples) {
    const documents read = load_text(yaml, "docs/policy-language.md", found);
    EXPECT_EQ(read.packs.size() + read.policies.size(), 1U);
    for (const auto& pack : read.packs) {
      const auto alone = policy::compile_alone(pack.rules.at(0), pack.rules, found);
      ASSERT_NE(alone, nullptr) << lines(found);
      for (const auto& test : pack.rules[0].tests) {
        ++tests;
        const auto outcome = policy::run_test(pack.rules[0], test, alone, policy::chunking::all);
        EXPECT_TRUE(outcome.passed) << test.name << ": " << outcome.why;
      }
    }
  }
  EXPECT_EQ(tests, 3U);
  EXPECT_TRUE(found.empty()) << lines(found);
}

TEST(examples, of_the_settings_load) {
  ::setenv("OPENAI_API_KEY", "not-a-key", 1);
  problems found;
  const auto examples = examples_in("docs/settings.md");
  ASSERT_EQ(examples.size(), 1U);
  std::string yaml = examples[0];
  const std::string_view hole = "<64 digits>";
  yaml.replace(yaml.find(hole), hole.size(), std::string(64, '0'));
  const documents read = load_text(yaml, "docs/settings.md", found);
  EXPECT_EQ(read.settings_files.size(), 1U);
  EXPECT_TRUE(found.empty()) << lines(found);
}

}  // namespace
}  // namespace stoplog::config
