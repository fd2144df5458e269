#include "packs.hpp"

#include "policy/lint.hpp"
#include "policy/rule_testing.hpp"

#include <gtest/gtest.h>

namespace stoplog::policy {
namespace {

using namespace test;

rule_test test_of(direction d, std::vector<std::string> chunks, bool expect_match) {
  rule_test t;
  t.name = "t";
  t.direction = d;
  t.role = d == direction::request ? role::user : role::assistant;
  t.chunks = std::move(chunks);
  t.expect_match = expect_match;
  return t;
}

test_outcome run(const rule& r, const rule_test& t, chunking how) {
  problems found;
  const auto alone = compile_alone(r, {}, found);
  EXPECT_NE(alone, nullptr) << lines(found);
  return run_test(r, t, alone, how);
}

TEST(rule_testing, passes_what_is_as_expected) {
  std::size_t ran = 0;
  for (const action a : {action::observe, action::redact, action::block}) {
    const rule r = make_rule("A-1", a, "\\bforbidden\\b");
    for (const direction d : {direction::request, direction::response}) {
      EXPECT_TRUE(run(r, test_of(d, {"it is forbidden."}, true), chunking::all).passed);
      EXPECT_TRUE(run(r, test_of(d, {"it is forbid", "den."}, true), chunking::all).passed);
      EXPECT_TRUE(run(r, test_of(d, {"it is forbiddenly"}, false), chunking::all).passed);
      ran += 3;
    }
  }
  EXPECT_EQ(ran, 18U);
}

TEST(rule_testing, fails_what_is_not) {
  const rule r = make_rule("A-1", action::block, "\\bforbidden\\b");
  const auto missed = run(r, test_of(direction::request, {"it is fine"}, true), chunking::as_written);
  EXPECT_FALSE(missed.passed);
  EXPECT_EQ(missed.why, "no match where one is expected");
  const auto hit = run(r, test_of(direction::request, {"it is forbidden"}, false), chunking::as_written);
  EXPECT_FALSE(hit.passed);
  EXPECT_EQ(hit.why, "a match where none is expected");
  EXPECT_EQ(hit.why.find("forbidden"), std::string::npos);
}

TEST(rule_testing, looks_only_where_the_rule_looks) {
  rule r = make_rule("A-1", action::block, "\\bforbidden\\b");
  r.surfaces.directions = 1U << static_cast<unsigned>(direction::response);
  EXPECT_FALSE(run(r, test_of(direction::request, {"forbidden"}, true), chunking::all).passed);
  EXPECT_TRUE(run(r, test_of(direction::request, {"forbidden"}, false), chunking::all).passed);
  EXPECT_TRUE(run(r, test_of(direction::response, {"forbidden"}, true), chunking::all).passed);
}

// One whole run, one for the chunks, and under `all` for answers one a split,
// one byte by byte and one with a late end.
TEST(rule_testing, counts_its_runs) {
  const rule r = make_rule("A-1", action::block, "\\bforbidden\\b");
  const std::string text = "is forbidden ok";
  EXPECT_EQ(run(r, test_of(direction::response, {text}, true), chunking::as_written).runs, 1U);
  EXPECT_EQ(run(r, test_of(direction::response, {"is forb", "idden ok"}, true), chunking::as_written).runs, 2U);
  EXPECT_EQ(run(r, test_of(direction::request, {text}, true), chunking::all).runs, 1U);
  EXPECT_EQ(run(r, test_of(direction::response, {text}, true), chunking::all).runs, 1 + (text.size() - 1) + 2);
}

TEST(rule_testing, ignores_the_mode_of_any_policy) {
  rule r = make_rule("A-1", action::redact, "\\bsecret\\b");
  r.mask = "[X]";
  EXPECT_TRUE(run(r, test_of(direction::response, {"a secret word"}, true), chunking::all).passed);
}

std::string codes_of(rule r) {
  problems found;
  lint(make_pack("p", "1.0.0", {std::move(r)}), found);
  std::string codes;
  for (const auto& p : found) codes += p.code + ' ';
  return codes;
}

rule tested(std::string regex) {
  rule r = make_rule("A-1", action::block, std::move(regex));
  r.tests = {test_of(direction::request, {"x"}, true), test_of(direction::response, {"x"}, true),
             test_of(direction::request, {"y"}, false)};
  return r;
}

TEST(lint, tells_what_is_probably_not_meant) {
  struct {
    const char *regex, *codes;
  } const cases[] = {
      {"forbidden", ""},   {".*forbidden", "W303 "}, {".+forbidden", "W303 "}, {"a.*forbidden", ""}, {"abc", "W304 "},
      {"\\babc\\b", ""},   {"(?:abc|word)", "W304 "}, {"word|abc", "W304 "},    {"word|text", ""},    {"[a-z]b", ""},
      {"ab[0-9]{4}", ""},
  };
  std::size_t ran = 0;
  for (const auto& c : cases) {
    ++ran;
    EXPECT_EQ(codes_of(tested(c.regex)), c.codes) << c.regex;
  }
  EXPECT_EQ(ran, 11U);
}

TEST(lint, asks_for_tests_of_both_kinds_and_directions) {
  rule r = tested("forbidden");
  r.tests.clear();
  EXPECT_EQ(codes_of(r), "W301 W301 W302 ");
  r.tests = {test_of(direction::request, {"x"}, true)};
  EXPECT_EQ(codes_of(r), "W301 W302 ");
  r.surfaces.directions = 1U << static_cast<unsigned>(direction::request);
  EXPECT_EQ(codes_of(r), "W302 ");
  r.tests.push_back(test_of(direction::request, {"y"}, false));
  EXPECT_EQ(codes_of(r), "");
}

TEST(lint, asks_for_the_edition_of_a_framework) {
  rule r = tested("forbidden");
  r.notes.frameworks = {"owasp-llm:2025/LLM02"};
  EXPECT_EQ(codes_of(r), "");
  for (const char* bad : {"owasp-llm/LLM02", "LLM02", "owasp-llm:/LLM02", ":2025/LLM02", "owasp-llm:2025"}) {
    r.notes.frameworks = {bad};
    EXPECT_EQ(codes_of(r), "W306 ") << bad;
  }
}

}  // namespace
}  // namespace stoplog::policy
