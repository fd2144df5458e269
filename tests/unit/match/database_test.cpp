#include "run.hpp"

#include "match/compiled.hpp"

namespace stoplog::match::testing {
namespace {

std::vector<compile_problem> problems_of(std::vector<rule_spec> rules) {
  auto made = database::compile(std::move(rules));
  auto* problems = std::get_if<std::vector<compile_problem>>(&made);
  return problems == nullptr ? std::vector<compile_problem>{} : *problems;
}

std::string code_of(rule_spec rule) {
  const auto problems = problems_of({std::move(rule)});
  return problems.size() == 1 ? problems[0].code : std::to_string(problems.size()) + " problems";
}

TEST(Database, SaysWhatCannotBeStreamed) {
  EXPECT_EQ(code_of(regex_rule(verdict::block, "a.*b")), "E231");
  EXPECT_EQ(problems_of({regex_rule(verdict::redact, "a+")})[0].message,
            "pattern has no longest match; set max_length so that it can be streamed");
  rule_spec capped = regex_rule(verdict::block, "a.*b");
  capped.max_length = 40;
  EXPECT_EQ(code_of(capped), "0 problems");
  EXPECT_EQ(code_of(regex_rule(verdict::allow, "a.*b")), "0 problems") << "only recorded";
}

TEST(Database, ACapThatIsTooLongIsRefused) {
  rule_spec capped = regex_rule(verdict::block, "a.*b");
  capped.max_length = 4096;
  EXPECT_EQ(code_of(capped), "0 problems");
  capped.max_length = 4097;
  EXPECT_EQ(code_of(capped), "E235");
}

TEST(Database, CollectsEveryProblem) {
  rule_spec two = regex_rule(verdict::block, "a(");
  two.match.unless.push_back({});
  const auto problems = problems_of({regex_rule(verdict::block, "fine"), two, regex_rule(verdict::block, "b+")});
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].rule, 1U);
  EXPECT_EQ(problems[0].part, 0U);
  EXPECT_EQ(problems[0].code, "E230");
  EXPECT_EQ(problems[1].rule, 1U);
  EXPECT_EQ(problems[1].part, 1U);
  EXPECT_EQ(problems[1].code, "E234");
  EXPECT_EQ(problems[2].rule, 2U);
}

TEST(Database, AllNeedsADistance) {
  rule_spec rule = regex_rule(verdict::block, "a");
  rule.match.how = expression::combine::all;
  EXPECT_EQ(code_of(rule), "E232");
  rule.match.within = 4097;
  EXPECT_EQ(code_of(rule), "E235");
  rule.match.within = 100;
  EXPECT_EQ(code_of(rule), "0 problems");
}

TEST(Database, ACountNeedsAsManyThings) {
  rule_spec rule = regex_rule(verdict::block, "a");
  rule.match.how = expression::combine::at_least;
  rule.match.within = 100;
  rule.match.count = 1;
  EXPECT_EQ(code_of(rule), "E237");
  rule.match.count = 2;
  EXPECT_EQ(code_of(rule), "E237");
  rule.match.parts.push_back({.regex = "b"});
  EXPECT_EQ(code_of(rule), "0 problems");
  rule.match.things = {0, 0};
  EXPECT_EQ(code_of(rule), "E237");
  rule.match.things.clear();
  rule.match.parts.resize(65, {.regex = "b"});
  EXPECT_EQ(code_of(rule), "E237");
}

TEST(Database, ATailNeedsPartsBeforeIt) {
  rule_spec rule = regex_rule(verdict::block, "a");
  rule.match.guards_tail = true;
  rule.match.how = expression::combine::all;
  rule.match.within = 100;
  EXPECT_EQ(code_of(rule), "E238");
  rule.match.parts.push_back({.regex = "b"});
  EXPECT_EQ(code_of(rule), "0 problems");
}

TEST(Database, ARuleNeedsAPart) {
  EXPECT_EQ(code_of(rule_spec{}), "E234");
}

TEST(Database, KnowsTheLengthsOfMatches) {
  const auto rules = compiled({regex_rule(verdict::block, "ab{1,3}c?"), regex_rule(verdict::allow, "a+")});
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(rules->size(), 2U);
  EXPECT_EQ(rules->facts(0).longest, 5U);
  EXPECT_EQ(rules->facts(0).shortest, 2U);
  EXPECT_EQ(rules->facts(1).shortest, 1U);
  EXPECT_EQ(rules->rule(1).effect, verdict::allow);
}

TEST(Database, SharesPlansByDirectionWhenSurfacesAreMany) {
  std::vector<rule_spec> few{regex_rule(verdict::block, "ab"), regex_rule(verdict::block, "cd")};
  few[0].surfaces.directions = 1U << static_cast<unsigned>(direction::request);
  EXPECT_EQ(compiled(few)->internals().plans.size(), 2U);
  std::vector<rule_spec> many;
  for (unsigned i = 0; i < 20; ++i) {
    many.push_back(regex_rule(verdict::block, "ab"));
    many.back().surfaces.channels = static_cast<std::uint16_t>(1U << (i % channel_count));
    many.back().surfaces.roles = static_cast<std::uint8_t>(i < 10 ? 1 : 2);
  }
  const auto rules = compiled(many);
  EXPECT_EQ(rules->internals().plans.size(), 1U);
  EXPECT_TRUE(rules->internals().plans[0].mixed);
  EXPECT_EQ(run_whole(rules, "ab", {direction::request, role{0}, channel{3}}).findings, (std::vector<finding>{{3, {0, 2}}}));
  EXPECT_TRUE(run_whole(rules, "ab", {direction::request, role{2}, channel{3}}).findings.empty());
}

}  // namespace
}  // namespace stoplog::match::testing
