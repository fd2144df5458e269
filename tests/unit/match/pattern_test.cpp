#include "match/pattern.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <string>
#include <vector>

namespace stoplog::match {
namespace {

using texts = std::vector<std::string>;

constexpr std::uint32_t unbounded = UINT32_MAX;

TEST(pattern, lengths_in_code_points) {
  struct row { std::string regex; std::uint32_t shortest, longest; };
  const std::vector<row> rows = {
      {"", 0, 0}, {"stop", 4, 4}, {"a|bcd", 1, 3}, {"a?b*", 0, unbounded}, {"a{2,5}", 2, 5}, {"(?:ab){3}", 6, 6}, {"a{3,}", 3, unbounded},
      {"a+?", 1, unbounded}, {"\\bé€😀\\b", 3, 3}, {"[^\"]{0,20}x", 1, 21}, {"(?i)K", 1, 1}, {"\\pL{2}", 2, 2}, {".{1,1000}", 1, 1000},
      {"(?:\\b)*", 0, 0}, {"a{0}", 0, 0}, {"(?:a*){0}", 0, 0}, {"\\Qa+b\\E+", 3, unbounded}, {"x{,3}", 5, 5}, {"x{01}", 5, 5}, {"(?P<name>ab)", 2, 2},
  };
  int ran = 0;
  for (const row& r : rows) {
    const pattern_facts f = analyse(r.regex);
    ASSERT_FALSE(f.opaque) << r.regex;
    EXPECT_TRUE(re2::RE2(r.regex, re2::RE2::Quiet).ok()) << r.regex;
    EXPECT_EQ(f.shortest, r.shortest) << r.regex;
    EXPECT_EQ(f.longest.value_or(unbounded), r.longest) << r.regex;
    EXPECT_EQ(f.can_be_empty, r.shortest == 0) << r.regex;
    ++ran;
  }
  EXPECT_EQ(ran, 20);
}

TEST(pattern, literals_at_the_edges_and_inside) {
  struct row { std::string regex; texts prefixes, suffixes, inside; };
  const std::vector<row> rows = {
      {"stop", {"stop"}, {"stop"}, {"stop"}},
      {"key ?logger", {"key logger", "keylogger"}, {"key logger", "keylogger"}, {"key logger", "keylogger"}},
      {"\\b(?:write|build) a bomb\\b", {"build a bomb", "write a bomb"}, {"build a bomb", "write a bomb"}, {"build a bomb", "write a bomb"}},
      {"\\bAKIA[A-Z2-7]{16}\\b", {"AKIA"}, {}, {"AKIA"}},
      {"[0-9]{3}-stop", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, {"-stop"}, {"-stop"}},
      {"[a-z]+@example\\.com", {}, {"@example.com"}, {"@example.com"}},
      {"a*b", {"a", "b"}, {"b"}, {"a", "b"}},
      {"a*", {}, {}, {}},
      {"foo|foobar", {"foo"}, {"foo", "foobar"}, {"foo"}},
      {"(?i)ok", {"OK", "Ok", "O\u212A", "oK", "ok", "o\u212A"}, {"OK", "Ok", "O\u212A", "oK", "ok", "o\u212A"}, {"OK", "Ok", "O\u212A", "oK", "ok", "o\u212A"}},
      {"(?:ab){2,3}", {"abab"}, {"abab"}, {"abab"}},
      {".{0,20}secret.{0,20}", {}, {}, {"secret"}},
      {"(?:x|.)y", {}, {"y"}, {"y"}},
      {"x(?:stop|halt)?", {"x"}, {"x", "xhalt", "xstop"}, {"x"}},
      {"é[aä]", {"éa", "éä"}, {"éa", "éä"}, {"éa", "éä"}},
  };
  int ran = 0;
  for (const row& r : rows) {
    const pattern_facts f = analyse(r.regex);
    EXPECT_EQ(f.prefixes, r.prefixes) << r.regex;
    EXPECT_EQ(f.suffixes, r.suffixes) << r.regex;
    EXPECT_EQ(f.required.any_of, r.inside) << r.regex;
    ++ran;
  }
  EXPECT_EQ(ran, 15);
}

TEST(pattern, where_an_inner_literal_stands) {
  const pattern_facts bounded = analyse("[0-9]{2,4}é?secret");
  EXPECT_EQ(bounded.required.any_of, texts{"secret"});
  EXPECT_EQ(bounded.required.before_min, 2U);
  EXPECT_EQ(bounded.required.before_max, 5U);
  const pattern_facts open = analyse("[0-9]+secret");
  EXPECT_EQ(open.required.before_min, 1U);
  EXPECT_EQ(open.required.before_max, std::nullopt);
  const pattern_facts nested = analyse("a{3}(?:..first|.{5}second)z");
  EXPECT_EQ(nested.required.before_min, 5U);
  EXPECT_EQ(nested.required.before_max, 8U);
}

TEST(pattern, literals_stay_within_their_limits) {
  std::string many = "word0";
  for (int i = 1; i < 600; ++i) many += "|word" + std::to_string(i) + "x";
  const pattern_facts reduced = analyse(many);
  EXPECT_LE(reduced.prefixes.size(), prefixes_max);
  EXPECT_FALSE(reduced.prefixes.empty());
  const pattern_facts long_one = analyse(std::string(500, 'a') + "é");
  EXPECT_EQ(long_one.prefixes, texts{std::string(literal_bytes_max, 'a')});
  EXPECT_EQ(long_one.suffixes, texts{std::string(literal_bytes_max - 2, 'a') + "é"});
}

TEST(pattern, assertions_at_the_edges) {
  struct row { std::string regex; bool leading_every, leading_some, trailing_every, trailing_some; };  // of \b
  const std::vector<row> rows = {
      {"\\bstop\\b", true, true, true, true}, {"(?:\\ba|b)c", false, true, false, false}, {"\\b(?:a|bc)\\b", true, true, true, true},
      {"x?\\bstop", false, true, false, false}, {"(?:\\bx)?\\bstop", true, true, false, false}, {"stop\\b.*", false, false, false, true},
      {"(?:stop\\b)?", false, false, false, true}, {"(?:\\bstop\\b)+", true, true, true, true}, {"a\\bb", false, false, false, false},
      {"(?:\\b)?x", false, true, false, false}, {"(?:|\\b)", false, true, false, true}, {"(?:\\bx){0}y", false, false, false, false},
  };
  int ran = 0;
  for (const row& r : rows) {
    const pattern_facts f = analyse(r.regex);
    EXPECT_EQ(f.leading_every.word_boundary, r.leading_every) << r.regex;
    EXPECT_EQ(f.leading_some.word_boundary, r.leading_some) << r.regex;
    EXPECT_EQ(f.trailing_every.word_boundary, r.trailing_every) << r.regex;
    EXPECT_EQ(f.trailing_some.word_boundary, r.trailing_some) << r.regex;
    ++ran;
  }
  EXPECT_EQ(ran, 12);
}

TEST(pattern, each_assertion_is_told_apart) {
  EXPECT_TRUE(analyse("^a").leading_every.text_begin);
  EXPECT_TRUE(analyse("\\Aa").leading_every.text_begin);
  EXPECT_TRUE(analyse("(?m)^a").leading_every.line_begin);
  EXPECT_FALSE(analyse("(?m)^a").leading_every.text_begin);
  EXPECT_TRUE(analyse("(?m)a(?-m)$").trailing_every.text_end);
  EXPECT_TRUE(analyse("a\\z").trailing_every.text_end);
  EXPECT_TRUE(analyse("(?m:a$)").trailing_every.line_end);
  EXPECT_TRUE(analyse("\\Ba").leading_every.not_word_boundary);
  EXPECT_TRUE(analyse("\\b^a").leading_every.word_boundary);
  EXPECT_TRUE(analyse("\\b^a").leading_every.text_begin);
  EXPECT_FALSE(analyse("stop").leading_some.any());
}

TEST(pattern, bytes_that_a_match_can_begin_with_or_hold) {
  const auto bytes = [](const std::string& text) {
    std::bitset<256> set;
    for (const char c : text) set.set(static_cast<unsigned char>(c));
    return set;
  };
  EXPECT_EQ(analyse("a?bc").first_bytes, bytes("ab"));
  EXPECT_EQ(analyse("a?bc").bytes, bytes("abc"));
  EXPECT_EQ(analyse("[é€]").first_bytes, bytes("\xC3\xE2"));
  EXPECT_EQ(analyse("[é€]").bytes, bytes("\xC3\xA9\xE2\x82\xAC"));
  EXPECT_EQ(analyse("(?i)s").bytes, bytes("sS\u017F"));
  EXPECT_TRUE(analyse("a.b").bytes.test(0xF4));
  EXPECT_FALSE(analyse("a.b").can_hold_newline);
  EXPECT_TRUE(analyse("a(?s:.)b").can_hold_newline);
  EXPECT_TRUE(analyse("a\\sb").can_hold_newline);
  EXPECT_TRUE(analyse("a[^b]").can_hold_newline);
  EXPECT_FALSE(analyse("a(?:\\n){0}").can_hold_newline);
  EXPECT_EQ(analyse("\\p{Greek}").first_bytes.count(), 0x80U + (0xF4 - 0xC2 + 1));  // ASCII and every lead byte
}

TEST(pattern, the_closure_of_small_patterns) {
  EXPECT_EQ(analyse("ab").closure, "(?:a?|ab?)");
  EXPECT_EQ(analyse("a{2,5}").closure, "(?:a){0,4}a?");
  EXPECT_EQ(analyse("a|b").closure, "(?:a?|b?)");
  EXPECT_EQ(analyse("a*").closure, "(?:a)*a?");
  EXPECT_EQ(analyse("\\b").closure, "(?:)");
  EXPECT_EQ(analyse("(?=x)").closure, "");
}

TEST(pattern, a_closure_that_grows_too_long_is_left_out) {
  const pattern_facts f = analyse(std::string(9000, 'a'));
  EXPECT_EQ(f.closure, "");
  EXPECT_EQ(f.shortest, 9000U);
}

TEST(pattern, the_closure_of_a_long_literal_is_not_nested_too_deep_for_re2) {
  const std::string literal(900, 'a');
  const re2::RE2 closure(analyse(literal).closure, re2::RE2::Quiet);
  ASSERT_TRUE(closure.ok()) << closure.error();
  EXPECT_TRUE(re2::RE2::FullMatch(literal.substr(0, 450), closure));
}

// Work that doubled at each level would never end.
TEST(pattern, deep_nesting_costs_no_more_than_its_size) {
  std::string regex = "a";
  for (int depth = 0; depth < 190; ++depth) regex = "(?:" + regex + "|b)?";
  const pattern_facts f = analyse(regex);
  EXPECT_FALSE(f.opaque);
  EXPECT_EQ(f.longest, 1U);
  EXPECT_EQ(fold_pattern(regex).refusal, "");
  for (int depth = 0; depth < 190; ++depth) regex = "(?:" + regex + "){1,2}";
  EXPECT_TRUE(analyse(regex).opaque);  // beyond depth_max
}

TEST(pattern, what_is_not_known_is_opaque_and_promises_nothing) {
  const texts unknown = {"\\C", "a**", "*a", "(", ")", "[a", "[z-a]", "a\\", "\\8", "(?P<n", "(?x)a", "a{1001}", "a{3,2}", "\\x{110000}", "\\x{d800}", "\xFF",
                         "[[:nope:]]", "\\p{", "(?i-)", std::string(70'000, 'a'), std::string(500, '(') + std::string(500, ')')};
  int ran = 0;
  for (const std::string& regex : unknown) {
    const pattern_facts f = analyse(regex);
    EXPECT_TRUE(f.opaque) << regex;
    EXPECT_EQ(f.shortest, 0U);
    EXPECT_EQ(f.longest, std::nullopt);
    EXPECT_TRUE(f.prefixes.empty() && f.suffixes.empty() && f.required.any_of.empty() && f.closure.empty());
    EXPECT_TRUE(f.can_be_empty && f.can_hold_newline && f.bytes.all() && f.first_bytes.all());
    EXPECT_FALSE(f.leading_every.any() || f.trailing_every.any());
    EXPECT_FALSE(fold_pattern(regex).refusal.empty()) << regex;
    ++ran;
  }
  EXPECT_EQ(ran, 21);
}

TEST(pattern, hints_for_what_re2_lacks) {
  struct row { std::string regex, says; };
  const std::vector<row> rows = {
      {"(?<!a)b", "look-behind"}, {"(?<=a)b", "look-behind"}, {"a(?=b)", "look-ahead"}, {"a(?!b)", "look-ahead"}, {"(?>ab)", "atomic"}, {"a++", "possessive"},
      {"a{2}+", "possessive"}, {"(a)\\1", "back-references"}, {"(?P<x>a)(?P=x)", "back-references"}, {"(?<x>a)", "(?P<name>"}, {"a\\Z", "\\z"}, {"(?x) a", "free-spacing"},
      {"(?#c)", "comments"},
  };
  int ran = 0;
  for (const row& r : rows) {
    EXPECT_NE(analyse(r.regex).hint.find(r.says), std::string::npos) << r.regex << ": " << analyse(r.regex).hint;
    EXPECT_FALSE(re2::RE2(r.regex, re2::RE2::Quiet).ok()) << r.regex;
    ++ran;
  }
  EXPECT_EQ(ran, 13);
}

TEST(pattern, facts_for_lints) {
  EXPECT_TRUE(lint_pattern(".*stop").starts_with_any);
  EXPECT_TRUE(lint_pattern("^(?:x|[^\"]+)stop").starts_with_any);
  EXPECT_FALSE(lint_pattern("stop.*").starts_with_any);
  EXPECT_FALSE(lint_pattern(".{0,9}stop").starts_with_any);
  EXPECT_FALSE(lint_pattern("[a-z]*stop").starts_with_any);
  EXPECT_EQ(lint_pattern("abc").shortest_literal, "abc");
  EXPECT_EQ(lint_pattern("stop|ab|c").shortest_literal, "ab");
  EXPECT_EQ(lint_pattern("\\bab\\b").shortest_literal, "");
  EXPECT_EQ(lint_pattern("\\bab").shortest_literal, "ab");
  EXPECT_EQ(lint_pattern("\\b(?:stop|ab)\\b").shortest_literal, "");
  EXPECT_EQ(lint_pattern("stop").shortest_literal, "");
  EXPECT_EQ(lint_pattern("ab[0-9]+").shortest_literal, "");
}

TEST(pattern, quoted_text_matches_itself_alone) {
  int ran = 0;
  for (const std::string& text : texts{"a.b", "x{2}", "[^]$\\|()*+?", "a-b&c~d", "tab\there\n", "é😀", "", std::string("\0x", 2)}) {
    const std::string quoted = quote(text);
    EXPECT_TRUE(re2::RE2::FullMatch(text, re2::RE2(quoted))) << quoted;
    EXPECT_TRUE(re2::RE2::FullMatch(text + text, re2::RE2("(?:" + quoted + "){2}"))) << quoted;
    EXPECT_FALSE(re2::RE2::FullMatch(text + "x", re2::RE2(quoted))) << quoted;
    ++ran;
  }
  EXPECT_EQ(ran, 8);
}

}  // namespace
}  // namespace stoplog::match
