// `guard: tail` of a single pattern: the text that its matches end with does not
// get out; what precedes it is only kept.
#include "run.hpp"

#include <memory>

namespace stoplog::match::testing {
namespace {

rule_spec tail_rule(std::string regex, view v = view::folded, verdict effect = verdict::block) {
  rule_spec rule = regex_rule(effect, std::move(regex), v);
  rule.match.guards_tail = true;
  return rule;
}

const char* const tool = R"(\b(?:write|create)\b.{0,60}\bkey ?logger\b)";

TEST(Tail, TheVerbGoesOutAndTheThingDoesNot) {
  const auto rules = compiled({tail_rule(tool)});
  const outcome seen = run_every_cut(rules, "write me a key logger, now");
  EXPECT_EQ(seen.verdict, verdict::block);
  EXPECT_EQ(seen.released, "write me a ");
  EXPECT_EQ(seen.findings, (std::vector<finding>{{0, {11, 21}}}));
  EXPECT_EQ(seen.decided_at, 22U);
  EXPECT_EQ(run_every_cut(rules, "create a keylogger").released, "create a ") << "at the text's end";
  EXPECT_EQ(run_every_cut(rules, "write on key loggers").verdict, verdict::allow) << "\\b";
}

TEST(Tail, OnlyWhatMayBeATailIsHeld) {
  const auto rules = compiled({tail_rule(tool)});
  stream s(rules, answer);
  struct {
    std::string_view piece;
    std::uint64_t held;
  } const steps[] = {{"write a", 0}, {" k", 1}, {"e", 2}, {"g, or a key ", 4}, {"logge", 9}, {"r", 10}, {"s", 0}, {", a keyl", 4}, {"ogger", 9}};
  std::size_t ran = 0;
  for (const auto& step : steps) {
    ASSERT_EQ(s.feed(step.piece, false)->verdict, verdict::allow) << step.piece;
    EXPECT_EQ(s.held(), step.held) << step.piece;
    ++ran;
  }
  EXPECT_EQ(ran, 9U);
  const auto last = s.feed(".", false);
  EXPECT_EQ(last->verdict, verdict::block);
  EXPECT_EQ(last->released, "") << "what was held is the tail";
  EXPECT_EQ(s.text_of(s.findings().front()), "keylogger");
}

TEST(Tail, NothingIsHeldWhereNoHeadWasSeen) {
  const auto rules = compiled({tail_rule(tool), tail_rule("[0-9]{3,9}key", view::raw), tail_rule("keyword", view::raw)});
  stream s(rules, answer);
  const auto held_after = [&](std::string_view text) {
    EXPECT_TRUE(s.feed(text, false).has_value());
    return s.held();
  };
  EXPECT_EQ(held_after("a loud log"), 0U);
  EXPECT_EQ(held_after(", writ"), 0U) << "no beginning of a head is a tail's";
  EXPECT_EQ(held_after("er's ke"), 2U) << "a head that is its own tail";
  EXPECT_EQ(held_after("ttle, 12"), 0U);
  EXPECT_EQ(held_after("7 k"), 1U) << "keyword";
  EXPECT_EQ(held_after("ilo, 127k"), 1U);
  EXPECT_EQ(held_after("; write "), 0U);
  EXPECT_EQ(held_after("of k"), 1U);
  EXPECT_EQ(held_after("ites and so on and on and on and on and on and on and on and on, k"), 1U);
}

TEST(Tail, WithoutLookaheadTheLastLetterDecides) {
  const auto rules = compiled({tail_rule("write .{0,20}keylog")});
  stream s(rules, answer);
  EXPECT_EQ(s.feed("write a keylo", false)->released, "write a ");
  const auto last = s.feed("ggers", false);
  EXPECT_EQ(last->verdict, verdict::block);
  EXPECT_EQ(last->decided_at, 14U);
  EXPECT_EQ(last->release_upto, 8U);
}

TEST(Tail, AtTheEndOfTheText) {
  const auto rules = compiled({tail_rule("write .{0,20}keylog$")});
  stream s(rules, answer);
  ASSERT_TRUE(s.feed("write a keylog", false).has_value());
  EXPECT_EQ(s.held(), 6U);
  EXPECT_EQ(run_every_cut(rules, "write a keylog").released, "write a ");
  EXPECT_EQ(run_every_cut(rules, "write a keylog.").verdict, verdict::allow);
  const auto lines = compiled({tail_rule("(?m)write .{0,20}keylog$", view::raw)});
  EXPECT_EQ(run_every_cut(lines, "write a keylog\nok").released, "write a ");
}

TEST(Tail, FoldedLettersAreHeldAsTheyCameIn) {
  const auto rules = compiled({tail_rule(tool), tail_rule(R"(\bplant\b.{0,9}\bred flag\b)")});
  const outcome seen = run_every_cut(rules, "WR\xD0\x86TE a K\xC3\x89Y\xE2\x80\x8BLOGGER!");
  EXPECT_EQ(seen.released, "WR\xD0\x86TE a ");
  EXPECT_EQ(run_every_cut(rules, "plant a red \xEF\xAC\x82" "ag!").released, "plant a ") << "a ligature within the tail";
  EXPECT_EQ(run_every_cut(rules, "write \xF0\x9D\x95\x9C\xF0\x9D\x95\x96y logger!").released, "write ");
  const auto leet = compiled({tail_rule(tool, view::leet)});
  EXPECT_EQ(run_every_cut(leet, "wr1te a k3yl0gg3r!").released, "wr1te a ");
}

TEST(Tail, OfSeveralTextsTheOneThatIsThere) {
  const auto rules = compiled({tail_rule("write .{0,9}(?:key ?logger|log(?:ger)?s|virus)", view::raw)});
  EXPECT_EQ(run_every_cut(rules, "write a virus").released, "write a ");
  EXPECT_EQ(run_every_cut(rules, "write a key logger").released, "write a ");
  EXPECT_EQ(run_every_cut(rules, "write a key logs").released, "write a key ");
}

TEST(Tail, WhereOneEndsAnotherTheShorterIsGuarded) {
  const auto rules = compiled({tail_rule("write .{0,9}(?:key)?logger", view::raw)});
  const outcome seen = run_every_cut(rules, "write a keylogger");
  EXPECT_EQ(seen.released, "write a key");
  EXPECT_EQ(seen.findings, (std::vector<finding>{{0, {11, 17}}}));
  EXPECT_EQ(rules->facts(0).tail, 6U);
}

TEST(Tail, TheHeadMayBeFarBack) {
  const auto bounded = compiled({tail_rule(R"(\bwrite\b(?s:.{0,900})\bkeylogger\b)")});
  const auto unbounded = compiled({tail_rule(R"(\bwrite\b(?s:.*)\bkeylogger\b)")});
  EXPECT_EQ(unbounded->facts(0).longest, 1024U);
  std::string between;
  while (between.size() < 880) between += "word after word, ";
  std::size_t ran = 0;
  for (const auto& rules : {bounded, unbounded}) {
    for (const std::size_t bytes : {1U, 3U, 40U, 5000U}) {
      const std::string text = std::string(700, '.') + " write " + between + "a keylogger.";
      const outcome seen = run(rules, pieces_of(text, bytes));
      EXPECT_EQ(seen.verdict, verdict::block);
      EXPECT_EQ(seen.released, text.substr(0, text.size() - 10));
      const std::string farther = "write " + between + between + "a keylogger.";
      EXPECT_EQ(run(rules, pieces_of(farther, bytes)).verdict, verdict::allow);
      ++ran;
    }
  }
  EXPECT_EQ(ran, 8U);
}

TEST(Tail, AMatchThatIsItsTailGoesNowhere) {
  const auto rules = compiled({tail_rule("keylogger")});
  const outcome seen = run_every_cut(rules, "a keylogger");
  EXPECT_EQ(seen.released, "a ");
  EXPECT_EQ(run_every_cut(compiled({tail_rule(std::string(40, 'a'))}), "-" + std::string(40, 'a')).released, "-" + std::string(8, 'a'))
      << "a known text is at most 32 bytes";
}

TEST(Tail, OtherRulesHoldAsEver) {
  const auto rules = compiled({tail_rule(tool), regex_rule(verdict::redact, "write me"), regex_rule(verdict::block, R"(me.{0,9}\blogger)")});
  const outcome seen = run_every_cut(rules, "write me a keylogger");
  EXPECT_EQ(seen.released, "[REDACTED] a ");
  const outcome whole = run_every_cut(rules, "write me a key logger");
  EXPECT_EQ(whole.released_upto, 6U) << "the other rule guards all of its match";
  EXPECT_EQ(whole.verdict, verdict::block);
}

TEST(Tail, InShadowItIsTheSamePlace) {
  const auto rules = compiled({tail_rule(tool, view::folded, verdict::allow)});
  stream s(rules, answer);
  EXPECT_EQ(s.feed("write me a keylog", false)->release_upto, 17U) << "nothing is held";
  EXPECT_EQ(run_every_cut(rules, "write me a keylogger!").findings, (std::vector<finding>{{0, {11, 20}}}));
}

TEST(Tail, MutedItIsHeldAndFound) {
  const auto rules = compiled({tail_rule(tool), regex_rule(verdict::block, "stop")});
  const auto muted = std::make_shared<muted_rules>(muted_rules{true, false});
  for (const std::size_t bytes : {1U, 4U, 100U}) {
    stream s(rules, answer, muted);
    std::string released;
    for (const std::string_view piece : pieces_of("write me a keylogger, then stop it", bytes)) released += s.feed(piece, false)->released;
    EXPECT_EQ(released, "write me a keylogger, then ");
    ASSERT_EQ(s.findings().size(), 2U);
    EXPECT_EQ(s.findings()[0], (finding{0, {11, 20}}));
  }
}

TEST(Tail, EachChannelHasItsOwn) {
  const auto rules = compiled({tail_rule(tool)});
  stream content(rules, answer);
  stream reasoning(rules, {direction::response, role::assistant, channel::reasoning});
  EXPECT_EQ(content.feed("write a key", false)->released, "write a ");
  EXPECT_EQ(reasoning.feed("a keylogger, no", false)->verdict, verdict::allow) << "the verb is another channel's";
  EXPECT_EQ(content.feed("logger.", false)->verdict, verdict::block);
}

std::string code_of(const rule_spec& rule) {
  const auto made = database::compile({rule});
  if (made.index() == 0) return "fine";
  const auto& problems = std::get<1>(made);
  return problems.size() == 1 ? problems[0].code + " " + problems[0].message : std::to_string(problems.size()) + " problems";
}

TEST(Tail, WhatHasNoneIsRefusedWhateverItsEffect) {
  rule_spec words = tail_rule("");
  words.match.parts[0].words = {"key logger"};
  rule_spec masked = tail_rule("write .{0,9}key", view::folded, verdict::redact);
  rule_spec excused = tail_rule("write .{0,9}key");
  excused.match.unless.push_back({.regex = "ok"});
  rule_spec second = tail_rule("write .{0,9}key");
  second.match.parts.push_back({.regex = "key.*"});
  second.max_length = 20;
  const std::pair<rule_spec, std::string> cases[] = {
      {tail_rule("write .{0,9}key"), "fine"},
      {tail_rule("write .{0,9}ke"), "three or more characters"},
      {tail_rule("write .{0,9}(?:keylogger|ab)"), "three or more characters"},
      {tail_rule("write k[a-z]{1,9}"), "three or more characters"},
      {tail_rule("write [0-9]{4}"), "three or more characters"},
      {tail_rule("write .*"), "three or more characters"},
      {tail_rule("write .{0,9}\xD0\xBA\xD0\xBB", view::raw), "three or more characters"},
      {tail_rule("write .{0,9}\xD0\xBA\xD0\xBB\xD1\x8E", view::raw), "fine"},
      {tail_rule("write.{0,9}key", view::squeezed), "squeezed"},
      {words, "words, lists and hosts"},
      {masked, "a mask stands for the whole match"},
      {excused, "excused"},
      {second, "three or more characters"},
  };
  std::size_t ran = 0;
  for (auto [rule, wanted] : cases) {
    for (const bool shadow : {false, true}) {
      if (shadow && rule.effect == verdict::redact) continue;
      if (shadow) rule.effect = verdict::allow;
      const std::string seen = code_of(rule);
      EXPECT_NE(seen.find(wanted), std::string::npos) << seen;
      EXPECT_TRUE(wanted == "fine" || seen.starts_with("E238 ")) << seen;
      ++ran;
    }
  }
  EXPECT_EQ(ran, 25U);
}

}  // namespace
}  // namespace stoplog::match::testing
