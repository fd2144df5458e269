#include "match/pattern.hpp"
#include "text/fold.hpp"
#include "text/utf8.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <string>
#include <vector>

namespace stoplog::match {
namespace {

std::string encode(char32_t c) {
  std::string out;
  text::append_utf8(out, c);
  return out;
}

re2::RE2::Options quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return options;
}

TEST(fold_pattern, what_patterns_become) {
  struct row { std::string regex, folded; };
  const std::vector<row> rows = {
      {"STOP", "stop"}, {"(?i)Stop", "stop"}, {"Straße", "strasse"}, {"café", "cafe"}, {"ﬁne", "fine"}, {"ß+", "(?:ss)+"}, {"…", "\\.\\.\\."},
      {"[A-Z]{3}", "[a-z]{3}"}, {"[xß]", "[x]|ss"}, {"a[xß]b", "a(?:[x]|ss)b"}, {"don’t", "don't"}, {"\\bstop\\b", "\\bstop\\b"}, {"^a$", "\\Aa\\z"},
      {"[^\"]", "[^\"]"}, {"[^A]", "[^a]"}, {"[^\\W_]", "[0-9a-z]"}, {".", "[^\\x{a}]"}, {"(?s).", "(?s:.)"}, {"\\d\\s", "[0-9][\\x{9}-\\x{a}\\x{d} ]"},
      {"[\\s\\x{200B}]", "(?:[\\x{9}-\\x{a}\\x{d} ])?"}, {"\\p{Han}+", "[\\p{Han}]+"}, {"\\PL", "[\\P{L}]"}, {"[ｘ\u00A0]", "[ x]"}, {"(?i:K)\u212A", "kk"},
      {"[^\\x00-\\x7F]", "[^\\x00-\\x7F]"},
  };
  int ran = 0;
  for (const row& r : rows) {
    const folded_pattern f = fold_pattern(r.regex);
    EXPECT_EQ(f.refusal, "") << r.regex;
    const re2::RE2 folded(f.regex, quiet()), expected(r.folded, quiet());
    EXPECT_TRUE(folded.ok()) << r.regex << " -> " << f.regex;
    // How a class is printed is of no account: what counts is what it matches.
    for (char32_t c = 0; c < 0x3000; ++c) {
      if (text::fold(encode(c)) != encode(c)) continue;  // never in a folded text
      ASSERT_EQ(re2::RE2::FullMatch(encode(c), folded), re2::RE2::FullMatch(encode(c), expected)) << r.regex << " -> " << f.regex << " at " << static_cast<unsigned>(c);
    }
    ++ran;
  }
  EXPECT_EQ(ran, 25);
}

TEST(fold_pattern, a_reader_sees_the_match_whatever_the_spelling) {
  struct row { std::string regex, text; bool matches; };
  const std::vector<row> rows = {
      {"ignore previous", "ＩＧＮＯＲＥ previous", true}, {"ignore previous", "іgnоrе рrеvіоus", true}, {"ignore previous", "ig\u200Bnore\u00A0previous", true},
      {"straße", "STRASSE", true}, {"STRASSE", "straße", true}, {"(?i)ß", "ẞ", true}, {"don't", "DON’T", true}, {"[a-z]+", "ΑΒΓ", true},
      {"\"[^\"]*\"", "“x”", true}, {"[^\"]", "“", false}, {"[^']{3}", "a’b", false}, {"[^a]", "Ä", false}, {"\\d{4}", "٤٢٤٢", true}, {"[\\s\\x{200B}]{0,3}x", "\u200Bx", true},
      {"[^\\x00-\\x7F]", "é", false}, {"[^\\x00-\\x7F]", "漢", true}, {"\\w+", "naïve", true}, {"a.c", "ábc", true}, {"a\\sb", "a\u2028b", true}, {"[^\\s]", "\u3000", false},
      {"[^[:^upper:]]", "Q", true}, {"[^[:^upper:]]", "-", false}, {"[[:^upper:]]", "q", false}, {"[[:^upper:]]", "-", true},
      {"МАМА", "мама", true}, {"мама", "MAMA", true}, {"[й-л]", "Й", true}, {"か", "が", true},
  };
  int ran = 0;
  for (const row& r : rows) {
    const folded_pattern f = fold_pattern(r.regex);
    ASSERT_EQ(f.refusal, "") << r.regex;
    EXPECT_EQ(re2::RE2::FullMatch(text::fold(r.text), re2::RE2(f.regex)), r.matches) << r.regex << " -> " << f.regex << " on " << r.text;
    ++ran;
  }
  EXPECT_EQ(ran, 28);
}

TEST(fold_pattern, what_cannot_be_folded_is_refused_with_the_way_out) {
  struct row { std::string regex, says; };
  const std::vector<row> rows = {
      {"a\\x{200B}b", "U+200B"}, {"\\x1B\\[", "U+001B"}, {"[\\x{200B}-\\x{200F}]", "not in the folded view"}, {"[^é]", "U+0065"}, {"[^ß]", "fold"}, {"[^№x]", "fold"},
      {"\\p{Cyrillic}", "\\p{Cyrillic}"}, {"[^\\p{Lu}]", "\\p{Lu}"}, {"[\\x{80}-\\x{10FFFF}]", "[^\\x00-\\x7F]"}, {"[^\\x{80}-\\x{10FFFF}]", "exclude"}, {"(?<!a)b", "look-behind"},
      {"\\C", "view: raw"},
  };
  int ran = 0;
  for (const row& r : rows) {
    const folded_pattern f = fold_pattern(r.regex);
    EXPECT_NE(f.refusal.find(r.says), std::string::npos) << r.regex << ": " << f.refusal << f.regex;
    EXPECT_EQ(f.regex, "") << r.regex;
    ++ran;
  }
  EXPECT_EQ(ran, 12);
}

TEST(fold_pattern, tells_when_a_class_grew) {
  EXPECT_TRUE(fold_pattern("[а-я]+").widened);
  EXPECT_TRUE(fold_pattern("[éx]").widened);
  EXPECT_FALSE(fold_pattern("[eé]").widened);
  EXPECT_FALSE(fold_pattern("[A-Za-z0-9_.-]+").widened);
  EXPECT_FALSE(fold_pattern("é").widened);
  EXPECT_FALSE(fold_pattern("[一-龥]").widened);
  EXPECT_FALSE(fold_pattern("[^\\x00-\\x7F]").widened);
}

// The list of named classes that fold_pattern keeps, held against RE2's tables:
// a letter of the class folds to letters of the class. (Arabic has 23 "letters"
// that are a mark on a blank; of these the blank remains.)
TEST(fold_pattern, named_classes_that_are_kept_are_closed_under_folding) {
  int classes = 0;
  int checked = 0;
  for (const std::string name : {"Han", "Hiragana", "Katakana", "Hangul", "Arabic", "Hebrew", "Thai", "Lao", "Khmer", "Myanmar", "Devanagari", "Bengali",
                                 "Tamil", "Telugu", "Kannada", "Malayalam", "Gujarati", "Sinhala"}) {
    ASSERT_EQ(fold_pattern("\\p{" + name + "}").refusal, "") << name;
    const re2::RE2 member("\\p{" + name + "}"), letter("\\pL"), kept("(?:\\p{" + name + "}|\\PL)*\\p{" + name + "}(?:\\p{" + name + "}|\\PL)*");
    for (char32_t c = 0x80; c <= text::largest_code_point; ++c) {
      if (c >= 0xD800 && c <= 0xDFFF) continue;
      const std::string raw = encode(c), folded = text::fold(raw);
      if (raw == folded || folded.empty() || folded == " " || folded == "\u0640") continue;
      if (!re2::RE2::FullMatch(raw, member) || !re2::RE2::FullMatch(raw, letter)) continue;
      EXPECT_TRUE(re2::RE2::FullMatch(folded, kept)) << name << ' ' << raw << " -> " << folded;
      ++checked;
    }
    ++classes;
  }
  EXPECT_EQ(classes, 18);
  EXPECT_GT(checked, 1500);
}

}  // namespace
}  // namespace stoplog::match
