#include "run.hpp"

#include "text/utf8.hpp"

namespace stoplog::match::testing {
namespace {

using findings = std::vector<finding>;

finding hit(std::uint32_t rule, std::uint64_t begin, std::uint64_t end) { return {rule, {begin, end}}; }

rule_spec words_rule(verdict effect, std::vector<std::string> words) {
  rule_spec rule = regex_rule(effect, "", view::folded);
  rule.match.parts[0].words = std::move(words);
  return rule;
}

rule_spec all_rule(verdict effect, std::vector<std::string> regexes, std::uint32_t within) {
  rule_spec rule;
  rule.effect = effect;
  rule.match.how = expression::combine::all;
  rule.match.within = within;
  for (std::string& regex : regexes) rule.match.parts.push_back({.regex = std::move(regex), .view = view::raw});
  return rule;
}

TEST(Stream, ReleasesTextThatNoRuleKnows) {
  const auto rules = compiled({regex_rule(verdict::block, "forbidden")});
  const outcome seen = run_every_cut(rules, "a harmless line, for once");
  EXPECT_EQ(seen.released, "a harmless line, for once");
  EXPECT_EQ(seen.verdict, verdict::allow);
  EXPECT_TRUE(seen.findings.empty());
}

TEST(Stream, BlocksAtTheLastByteThatHadToBeSeen) {
  const auto rules = compiled({regex_rule(verdict::block, "for[b-d]idden")});
  const outcome seen = run_every_cut(rules, "one forbidden word and more");
  EXPECT_EQ(seen.verdict, verdict::block);
  EXPECT_EQ(seen.decided_at, 13U);
  EXPECT_EQ(seen.released, "one ");
  EXPECT_EQ(seen.findings, findings{hit(0, 4, 13)});
}

TEST(Stream, LooksOneCodePointAheadForABoundary) {
  const auto rules = compiled({regex_rule(verdict::block, R"(\bfoo\b)")});
  EXPECT_EQ(run_every_cut(rules, "a food foo foox").decided_at, 11U);
  EXPECT_EQ(run_every_cut(rules, "a foo").decided_at, 5U);
  EXPECT_EQ(run_every_cut(rules, "a foo\xC3\xA9").decided_at, 7U) << "RE2 has no word characters beyond ASCII";
  EXPECT_EQ(run_every_cut(rules, "xfoo food").verdict, verdict::allow);
}

TEST(Stream, TextAnchorsAreThoseOfTheWholeText) {
  const auto rules = compiled({regex_rule(verdict::block, "^ab"), regex_rule(verdict::block, "cd$")});
  EXPECT_EQ(run_every_cut(rules, "xab cd xab").verdict, verdict::allow);
  EXPECT_EQ(run_every_cut(rules, "abx").decided_at, 2U);
  EXPECT_EQ(run_every_cut(rules, "x cd").decided_at, 4U);
}

TEST(Stream, LineAnchorsSeeTheNewline) {
  const auto rules = compiled({regex_rule(verdict::redact, "(?m)^key=[a-z]{1,8}$")});
  EXPECT_EQ(run_every_cut(rules, "key=abc\nmonkey=x\nkey=d").released, "[REDACTED]\nmonkey=x\n[REDACTED]");
}

TEST(Stream, MasksTheUnionOfAllMatches) {
  rule_spec first = regex_rule(verdict::redact, "abc|bcd");
  rule_spec second = regex_rule(verdict::redact, "d{1,9}e?");
  first.mask = "<1>";
  second.mask = "<2>";
  const auto rules = compiled({first, second});
  const outcome seen = run_every_cut(rules, "xabcddey ddz abc");
  EXPECT_EQ(seen.released, "x<1>y <2>z <1>");
  EXPECT_EQ(seen.verdict, verdict::redact);
  const findings wanted{hit(0, 1, 4), hit(0, 2, 5), hit(1, 4, 7), hit(1, 9, 11), hit(0, 13, 16)};
  EXPECT_EQ(seen.findings, wanted);
}

TEST(Stream, TouchingSpansBecomeOneMask) {
  const auto rules = compiled({regex_rule(verdict::redact, "ab")});
  EXPECT_EQ(run_every_cut(rules, "ababab ab").released, "[REDACTED] [REDACTED]");
}

TEST(Stream, OneFindingForAMatchAndItsOwnEnds) {
  const auto rules = compiled({regex_rule(verdict::redact, "[0-9]{3,6}")});
  const outcome seen = run_every_cut(rules, "a 12345 b 1234567 c");
  const findings wanted{hit(0, 2, 7), hit(0, 10, 16), hit(0, 11, 17)};
  EXPECT_EQ(seen.findings, wanted);
  EXPECT_EQ(seen.released, "a [REDACTED] b [REDACTED] c");
}

TEST(Stream, TheFoldedViewLeadsBackToTheBytesThatCameIn) {
  const auto rules = compiled({regex_rule(verdict::redact, "secret", view::folded)});
  EXPECT_EQ(run_every_cut(rules, "a S\xC3\xA9" "c\xE2\x80\x8Bret, ok").released, "a [REDACTED], ok");
  EXPECT_EQ(run_every_cut(rules, "a \xD1\x95" "ecret").released, "a [REDACTED]") << "Cyrillic dze";
}

TEST(Stream, BothViewsInOneStream) {
  const auto rules = compiled({regex_rule(verdict::redact, "Key", view::raw), regex_rule(verdict::redact, "word", view::folded)});
  EXPECT_EQ(run_every_cut(rules, "key Key WORD \xEF\xBC\xB7ord").released, "key [REDACTED] [REDACTED] [REDACTED]");
}

TEST(Stream, ACheckIsAskedOfEverySpan) {
  rule_spec rule = regex_rule(verdict::redact, R"(\b(?:[0-9][ -]?){12,18}[0-9]\b)");
  rule.match.parts[0].check = check::luhn;
  const auto rules = compiled({rule});
  EXPECT_EQ(run_every_cut(rules, "4242 4242 4242 4242").released, "[REDACTED]");
  EXPECT_EQ(run_every_cut(rules, "4242 4242 4242 4241").released, "4242 4242 4242 4241");
  EXPECT_EQ(run_every_cut(rules, "4242 4242 4242 4242 13").released, "[REDACTED] 13");
}

TEST(Stream, UnlessIsAskedOfTheWholeMatch) {
  rule_spec rule = regex_rule(verdict::block, "[a-z]{1,10}@[a-z.]{1,20}");
  rule.match.unless.push_back({.regex = R"(@example\.com$)", .view = view::raw});
  const auto rules = compiled({rule});
  EXPECT_EQ(run_every_cut(rules, "ask bob@example.com or").verdict, verdict::allow);
  const outcome seen = run_every_cut(rules, "ask bob@example.org or");
  EXPECT_EQ(seen.verdict, verdict::block);
  EXPECT_EQ(seen.released, "ask ");
  EXPECT_EQ(seen.findings, findings{hit(0, 4, 19)});
}

TEST(Stream, ListsAreWholeWordsOfTheText) {
  rule_spec rule = regex_rule(verdict::block, "[A-Z]{4}[0-9]{4}");
  rule.match.unless.push_back(
      {.list = std::make_shared<std::unordered_set<std::string>>(std::unordered_set<std::string>{"TEST0000"}), .view = view::raw});
  rule_spec hosts = regex_rule(verdict::redact, "", view::folded);
  hosts.match.parts[0].list = std::make_shared<std::unordered_set<std::string>>(
      std::unordered_set<std::string>{"evil.example", "Bad Host", "x"});
  const auto rules = compiled({rule, hosts});
  EXPECT_EQ(run_every_cut(rules, "TEST0000 www.Evil.example, bad host x.").released,
            "TEST0000 www.[REDACTED], [REDACTED] [REDACTED].");
  EXPECT_EQ(run_every_cut(rules, "devil.example bad hosts xy").released, "devil.example bad hosts xy");
  EXPECT_EQ(run_every_cut(rules, "TEST0001").verdict, verdict::block);
}

TEST(Stream, WordsStandOnBoundariesOfAnyScriptWithSpaces) {
  const auto rules = compiled({words_rule(verdict::redact, {"c++", "na\xC3\xAFve plan", "\xD0\xBC\xD0\xB8\xD1\x80"})});
  EXPECT_EQ(run_every_cut(rules, "C++x c++, NAIVE plan, naive planb").released,
            "[REDACTED]x [REDACTED], [REDACTED], naive planb");
  EXPECT_EQ(run_every_cut(rules, "\xD0\xBC\xD0\xB8\xD1\x80\xD0\xB0 \xD0\xBC\xD0\xB8\xD1\x80").released,
            "\xD0\xBC\xD0\xB8\xD1\x80\xD0\xB0 [REDACTED]");
}

TEST(Stream, AllPartsWithinTheDistance) {
  const auto rules = compiled({all_rule(verdict::block, {"write", R"(\bkey ?log)"}, 20)});
  EXPECT_EQ(run_every_cut(rules, "write me a much longer keylog").verdict, verdict::allow);
  const outcome seen = run_every_cut(rules, "go: write a key logger");
  EXPECT_EQ(seen.verdict, verdict::block);
  EXPECT_EQ(seen.decided_at, 19U);
  EXPECT_EQ(seen.released, "go: ");
  EXPECT_EQ(seen.findings, findings{hit(0, 4, 19)});
  EXPECT_EQ(run_every_cut(rules, "keylog? write").released, "");
  EXPECT_EQ(run_every_cut(rules, "write write").verdict, verdict::allow);
}

// A part without a literal is held for where it may be, not for the whole distance.
TEST(Stream, HoldsForANumberOnlyWhereOneMayStand) {
  const auto rules = compiled({all_rule(verdict::block, {"secret", R"(\b[0-9]{13,16}\b)"}, 60)});
  stream s(rules, answer);
  const auto held_after = [&s](std::string_view text) {
    for (const std::string_view byte : pieces_of(text, 1)) EXPECT_TRUE(s.feed(byte, false));
    return s.held();
  };
  EXPECT_EQ(held_after("nothing of it in 2024 "), 0U);
  EXPECT_EQ(held_after("and 42424"), 5U);
  EXPECT_EQ(held_after("and 42424 "), 0U) << "too short";
  EXPECT_EQ(held_after("4242424242424242 or"), 19U) << "it may be combined with what comes";
  EXPECT_EQ(held_after(std::string(40, '.')), 59U);
  EXPECT_EQ(held_after("..."), 0U) << "it is too far back";
  EXPECT_EQ(run_every_cut(rules, "a 4242424242424242 and a secret").released, "a ");
}

rule_spec at_least_rule(verdict effect, std::vector<std::string> regexes, std::uint32_t count, std::uint32_t within) {
  rule_spec rule = all_rule(effect, std::move(regexes), within);
  rule.match.how = expression::combine::at_least;
  rule.match.count = count;
  return rule;
}

TEST(Stream, AtLeastSoManyPartsWithinTheDistance) {
  const auto rules = compiled({at_least_rule(verdict::block, {"urgent", R"(\bgift card)", "secret"}, 2, 30)});
  EXPECT_EQ(run_every_cut(rules, "urgent, very urgent, and urgent").verdict, verdict::allow) << "one part three times";
  EXPECT_EQ(run_every_cut(rules, "urgent and then much too far away a gift card").verdict, verdict::allow);
  const outcome seen = run_every_cut(rules, "a gift card, and secret");
  EXPECT_EQ(seen.findings, findings{hit(0, 2, 23)});
  EXPECT_EQ(seen.released, "a ");
  EXPECT_EQ(run_every_cut(rules, "secret and urgent").verdict, verdict::block);
}

TEST(Stream, PartsOfOneThingCountOnce) {
  rule_spec rule = at_least_rule(verdict::block, {"aa", "bb", "cc"}, 2, 20);
  rule.match.things = {0, 0, 1};
  const auto rules = compiled({rule});
  EXPECT_EQ(run_every_cut(rules, "aa bb aa").verdict, verdict::allow);
  EXPECT_EQ(run_every_cut(rules, "aa bb cc").findings, findings{hit(0, 0, 8)});
}

TEST(Stream, OnlyTheTailIsGuarded) {
  rule_spec rule = all_rule(verdict::block, {R"(\b(?:write|create)\b)", R"(\bkey ?logger\b)"}, 60);
  rule.match.guards_tail = true;
  const auto rules = compiled({rule});
  const outcome seen = run_every_cut(rules, "write me a key logger, now");
  EXPECT_EQ(seen.verdict, verdict::block);
  EXPECT_EQ(seen.released, "write me a ");
  EXPECT_EQ(seen.findings, findings{hit(0, 11, 21)});
  EXPECT_EQ(run_every_cut(rules, "a keylogger, then write it").released, "a keylogger, then ") << "in any order";
  EXPECT_EQ(run_every_cut(rules, "write a key chain").released, "write a key chain");
}

TEST(Stream, ATailHoldsNothingUntilOneMorePartDecides) {
  rule_spec rule = at_least_rule(verdict::block, {"alpha", "bravo", "gamma"}, 3, 60);
  rule.match.guards_tail = true;
  const auto rules = compiled({rule});
  stream s(rules, answer);
  const auto held_after = [&](std::string_view text) {
    EXPECT_TRUE(s.feed(text, false).has_value());
    return s.held();
  };
  EXPECT_EQ(held_after("alp"), 0U);
  EXPECT_EQ(held_after("ha br"), 0U) << "one is there, two are missing";
  EXPECT_EQ(held_after("avo gamm"), 4U) << "two are there";
  EXPECT_EQ(held_after("ut"), 0U);
  EXPECT_EQ(held_after(" alpha, alpha"), 0U);
  EXPECT_EQ(held_after(" gam"), 3U);
  EXPECT_EQ(s.feed("ma", false)->verdict, verdict::block);
}

TEST(Stream, WhatOverlapsIsGuardedFromWhereTheOthersWereThere) {
  rule_spec rule = all_rule(verdict::block, {"key", "a key logger"}, 60);
  rule.match.guards_tail = true;
  const outcome seen = run_every_cut(compiled({rule}), "see: a key logger!");
  EXPECT_EQ(seen.released, "see: a key");
  EXPECT_EQ(seen.findings, findings{hit(0, 10, 17)});
}

TEST(Stream, WhatOnlyTheEndOfTheTextTellsIsKnownByThen) {
  rule_spec rule = all_rule(verdict::block, {R"(a\b)"}, 60);
  rule.match.parts.push_back({.words = {"a"}});
  for (part& p : rule.match.parts) p.view = view::folded;
  rule.match.guards_tail = true;
  const outcome seen = run_every_cut(compiled({rule}), "a\xE2\x80\x8B");
  EXPECT_EQ(seen.findings, findings{hit(0, 4, 4)}) << "what is dropped from the view may precede the end";
}

TEST(Stream, ATailThatEndsWithinACharacterIsHeldWhileAnotherPartLooksAhead) {
  rule_spec rule = all_rule(verdict::block, {"write", " [^ ]"}, 40);
  for (part& p : rule.match.parts) p.view = view::folded;
  rule.match.how = expression::combine::at_least;
  rule.match.count = 2;
  rule.match.parts.push_back({.words = {"secret word"}});
  rule.match.guards_tail = true;
  EXPECT_EQ(run_every_cut(compiled({rule}), "write \xEF\xAC\x82" "ag").released, "write");
}

TEST(Stream, ADistanceThatBeginsWithinACharacterDoesNotHoldForGood) {
  const auto rules = compiled({all_rule(verdict::redact, {R"((?m)^[^ ]\b)", "secret"}, 13), regex_rule(verdict::block, R"(a bb\B)")});
  EXPECT_EQ(run_every_cut(rules, "secretaab\xC3\xA9\xC3\xA9\xE2\x80\x8By a bby").released, "secretaab\xC3\xA9\xC3\xA9\xE2\x80\x8By ");
}

TEST(Stream, AnEndThatAnUnlessExcusesLeavesTheNext) {
  rule_spec rule = all_rule(verdict::redact, {"aa", "bb"}, 12);
  rule.match.unless.push_back({.regex = "ok", .view = view::raw});
  const auto rules = compiled({rule});
  EXPECT_EQ(run_every_cut(rules, "x aa ok bb aa bb").released, "x aa ok [REDACTED]");
}

TEST(Stream, WhatOnlyRecordsHoldsNothing) {
  const auto rules = compiled({regex_rule(verdict::allow, "sec.{0,30}ret"), regex_rule(verdict::allow, "a+b")});
  stream s(rules, answer);
  const auto step = s.feed("the sec aaaa", false);
  ASSERT_TRUE(step.has_value());
  EXPECT_EQ(step->release_upto, 12U);
  EXPECT_TRUE(step->verbatim);
  const outcome seen = run_every_cut(rules, "the sec aaaab ret");
  EXPECT_EQ(seen.verdict, verdict::allow);
  const findings wanted{hit(1, 8, 13), hit(0, 4, 17)};
  EXPECT_EQ(seen.findings, wanted);
}

TEST(Stream, TextOfAFindingIsThereWhenItIsFound) {
  const auto rules = compiled({regex_rule(verdict::redact, "[0-9]{4}"), regex_rule(verdict::allow, "[a-z]{4}")});
  stream s(rules, answer);
  std::vector<std::string> texts;
  for (const std::string_view piece : pieces_of("ab 1234 wxyz 12", 1)) {
    const std::size_t before = s.findings().size();
    ASSERT_TRUE(s.feed(piece, false).has_value());
    for (std::size_t i = before; i < s.findings().size(); ++i) texts.emplace_back(s.text_of(s.findings()[i]));
  }
  EXPECT_THAT(texts, ::testing::ElementsAre("1234", "wxyz"));
  ASSERT_TRUE(s.feed(std::string(400, '.'), false).has_value());
  ASSERT_TRUE(s.feed(".", false).has_value());
  EXPECT_EQ(s.text_of({0, {0, 4}}), "") << "long gone";
}

TEST(Stream, RulesApplyToTheirSurfacesOnly) {
  rule_spec rule = regex_rule(verdict::block, "bad");
  rule.surfaces.directions = 1U << static_cast<unsigned>(direction::request);
  const auto rules = compiled({rule});
  EXPECT_EQ(run_whole(rules, "bad").verdict, verdict::allow);
  EXPECT_EQ(run_whole(rules, "bad", {direction::request, role::user, channel::content}).verdict, verdict::block);
}

TEST(Stream, TheStrongestVerdictIsKept) {
  const auto rules = compiled({regex_rule(verdict::redact, "aa"), regex_rule(verdict::block, "bb")});
  const outcome seen = run_every_cut(rules, "x aa y aabb z");
  EXPECT_EQ(seen.verdict, verdict::block);
  EXPECT_EQ(seen.released, "x [REDACTED] y [REDACTED]");
}

TEST(Stream, TextThatIsNotUtf8IsRefusedUnlessAlreadyBlocked) {
  const auto rules = compiled({regex_rule(verdict::block, "bad")});
  EXPECT_EQ(run_whole(rules, "ok \xFF").failure, "invalid_utf8");
  EXPECT_EQ(run_whole(rules, "ok \xE2\x82").failure, "invalid_utf8");
  EXPECT_EQ(run_whole(rules, "bad \xFF").verdict, verdict::block);
  stream s(rules, answer);
  ASSERT_FALSE(s.feed("\xC0", false).has_value());
  EXPECT_FALSE(s.feed("a", false).has_value()) << "the stream is over";
}

TEST(Stream, ASequenceIsReleasedWhole) {
  const auto rules = compiled({regex_rule(verdict::allow, "bad")});
  stream s(rules, answer);
  EXPECT_EQ(s.feed("a\xE2\x82", false)->released, "a");
  EXPECT_EQ(s.held(), 2U);
  EXPECT_EQ(s.feed("\xAC", false)->released, "\xE2\x82\xAC");
}

TEST(Stream, AtMostAThousandFindings) {
  const auto rules = compiled({regex_rule(verdict::allow, "ab")});
  std::string text;
  for (int i = 0; i < 1001; ++i) text += "ab ";
  const outcome seen = run_whole(rules, text);
  EXPECT_EQ(seen.findings.size(), 1000U);
  EXPECT_TRUE(seen.more);
  EXPECT_EQ(run(rules, pieces_of(text, 7)), seen);
  EXPECT_FALSE(run_whole(rules, text.substr(0, 3000)).more);
}

TEST(Stream, TheReasonOfABlockIsAmongTheFindingsHoweverManyThereAre) {
  const auto rules = compiled({regex_rule(verdict::allow, "ab"), regex_rule(verdict::block, "stop")});
  std::string text;
  for (int i = 0; i < 1200; ++i) text += "ab ";
  const outcome seen = run_whole(rules, text + "stop it");
  ASSERT_EQ(seen.findings.size(), 1001U);
  EXPECT_EQ(seen.findings.back(), hit(1, 3600, 3604));
  EXPECT_EQ(seen.released_upto, 3600U);
  EXPECT_TRUE(seen.more);
}

// Every pair of cut points of every text, under rules of every kind.
TEST(Stream, EveryPairOfCutsOfManyTexts) {
  rule_spec card = regex_rule(verdict::redact, R"(\b[0-9]{4}(?:[ -]?[0-9]{4}){3}\b)", view::folded);
  card.match.parts[0].check = check::luhn;
  rule_spec mail = regex_rule(verdict::redact, R"(\b[a-z0-9.]{1,12}@[a-z0-9.]{1,12}\b)", view::folded);
  mail.match.unless.push_back({.words = {"example.com"}});
  const auto rules = compiled({card, mail, words_rule(verdict::block, {"stop here", "\xD1\x81\xD1\x82\xD0\xBE\xD0\xBF"}),
                               all_rule(verdict::redact, {"one", "two"}, 9), regex_rule(verdict::allow, "t[a-z]*"),
                               regex_rule(verdict::block, "(?m)^end$"), regex_rule(verdict::redact, R"(\bx.{0,5}y)")});
  const std::string_view texts[] = {
      "", "a", "pay 4242-4242-4242-4242, or 4242424242424241!", "to bob@example.com, al@b.org: one or two",
      "x12y and x\xE2\x82\xACy\xCC\x81 ok x123456y", "please stop here now", "\xD0\xA1\xD0\xA2\xD0\x9E\xD0\x9F!", "a\nend\nb",
      "end", "the end\nend", "two one, one  two, one....two", "mail.a@b.c@d.e x@y xy", "st\xE2\x80\x8Bop\xC2\xA0here",
      "\xF0\x9D\x95\xA9 one two \xEF\xAC\x81 xay xby",
  };
  std::size_t ran = 0;
  for (const std::string_view text : texts) {
    run_every_cut(rules, text);
    ++ran;
  }
  EXPECT_EQ(ran, 14U);
}

}  // namespace
}  // namespace stoplog::match::testing
