#include "packs.hpp"

#include "policy/pattern.hpp"

#include <gtest/gtest.h>

namespace stoplog::policy {
namespace {

using namespace test;

policy for_whom(std::string name, std::vector<selector> whom) {
  policy p = make_policy(std::move(name), {use("p", "^1")});
  p.applies_to = std::move(whom);
  return p;
}

TEST(policy_select, takes_the_first_by_name_that_fits_else_the_fallback) {
  problems found;
  const auto set = policy_set::compile(
      {make_pack("p", "1.0.0", {make_rule("A-1", action::block, "\\bforbidden\\b")})},
      {for_whom("z-default", {}), for_whom("b-chat", {{{"chat-*"}, {}, {}, {"gpt-*", "o3"}, {}}}),
       for_whom("a-sales", {{{"chat-eu"}, {"sales"}, {}, {}, {}}, {{}, {}, {"bot-1"}, {}, {}}})},
      key, found);
  ASSERT_NE(set, nullptr) << lines(found);
  struct {
    subject who;
    const char* policy;
  } const cases[] = {
      {{"chat-eu", "sales", "k", "gpt-4o", "", ""}, "a-sales"},
      {{"chat-eu", "support", "k", "gpt-4o", "", ""}, "b-chat"},
      {{"chat-us", "sales", "k", "o3", "", ""}, "b-chat"},
      {{"chat-us", "sales", "k", "o3-mini", "", ""}, "z-default"},
      {{"other", "support", "bot-1", "x", "", ""}, "a-sales"},
      {{"other", "sales", "k", "x", "", ""}, "z-default"},
      {{"", "", "", "", "", ""}, "z-default"},
      {{"chat-eu", "", "", "", "", ""}, "z-default"},
      {{"chat-", "", "", "gpt-", "", ""}, "b-chat"},
      {{"CHAT-eu", "sales", "", "", "", ""}, "z-default"},
  };
  std::size_t ran = 0;
  for (const auto& c : cases) {
    ++ran;
    const auto chosen = set->select(c.who);
    ASSERT_NE(chosen, nullptr);
    EXPECT_EQ(chosen->name(), c.policy) << c.who.route << '/' << c.who.team << '/' << c.who.key_id << '/' << c.who.model;
  }
  EXPECT_EQ(ran, 10U);
}

TEST(policy_select, tells_when_the_model_would_matter) {
  problems found;
  const auto set = policy_set::compile({make_pack("p", "1.0.0", {make_rule("A-1", action::block, "x y")})},
                                       {for_whom("a-all", {{{"plain"}, {}, {}, {}, {}}}), for_whom("b-gpt", {{{"chat", "plain"}, {}, {}, {"gpt-*"}, {}}}), for_whom("z", {})}, key, found);
  ASSERT_NE(set, nullptr);
  EXPECT_TRUE(set->needs_model({"chat", "", "", "", "", ""}));
  EXPECT_FALSE(set->needs_model({"plain", "", "", "", "", ""})) << "another takes it before";
  EXPECT_FALSE(set->needs_model({"other", "", "", "", "", ""}));
}

TEST(policy_select, has_no_answer_without_a_fallback) {
  problems found;
  const auto set = policy_set::compile({make_pack("p", "1.0.0", {make_rule("A-1", action::block, "x y")})},
                                       {for_whom("a", {{{"chat"}, {}, {}, {}, {}}})}, key, found);
  ASSERT_NE(set, nullptr);
  EXPECT_NE(set->select({"chat", "", "", "", "", ""}), nullptr);
  EXPECT_EQ(set->select({"other", "", "", "", "", ""}), nullptr);
}

TEST(pattern, takes_stars_and_nothing_else) {
  struct {
    const char *pattern, *name;
    bool taken;
  } const cases[] = {
      {"", "", true},         {"", "a", false},        {"*", "", true},          {"*", "anything", true},
      {"a", "a", true},       {"a", "A", false},       {"a", "ab", false},       {"a*", "a", true},
      {"a*", "abc", true},    {"*c", "abc", true},     {"*c", "abcd", false},    {"a*c", "abc", true},
      {"a*c", "ac", true},    {"a*c", "acb", false},   {"a*b*c", "aXbXc", true}, {"a*b*c", "aXcXb", false},
      {"**", "x", true},      {"*a*", "bab", true},    {"a?c", "abc", false},    {"a.c", "abc", false},
      {"*ab", "aab", true},   {"*aab", "aaab", true},  {"gpt-*", "gpt-", true},  {"gpt-*", "gpt", false},
  };
  std::size_t ran = 0;
  for (const auto& c : cases) {
    ++ran;
    EXPECT_EQ(pattern_takes(c.pattern, c.name), c.taken) << c.pattern << " : " << c.name;
  }
  EXPECT_EQ(ran, 24U);
}

TEST(pattern, is_quick_with_many_stars) {
  std::string pattern, name(5000, 'a');
  for (int i = 0; i < 1000; ++i) pattern += "*a";
  EXPECT_FALSE(pattern_takes(pattern + "b", name));
  EXPECT_TRUE(pattern_takes(pattern, name));
}

}  // namespace
}  // namespace stoplog::policy
