#include "audit/escape.hpp"

#include <gtest/gtest.h>

namespace stoplog::audit {
namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json_text(out, text);
  return out;
}

struct shown_case {
  std::string_view in, json, shown;
};

TEST(audit_escape, what_deceives_is_shown_and_the_rest_stays) {
  const shown_case cases[] = {
      {"plain", "\"plain\"", "plain"},
      {"a\"b\\c", R"("a\"b\\c")", R"(a"b\\c)"},
      {"\n\r\t", R"("\n\r\t")", R"(\n\r\t)"},
      {"\x1B[31mred\x1B[0m", R"("\u001b[31mred\u001b[0m")", R"(\u{1b}[31mred\u{1b}[0m)"},
      {"\x1B]0;title\x07", R"("\u001b]0;title\u0007")", R"(\u{1b}]0;title\u{7})"},
      {std::string_view("\0\x7F", 2), R"("\u0000\u007f")", R"(\u{0}\u{7f})"},
      {"\u009B31m", R"("\u009b31m")", R"(\u{9b}31m)"},                              // C1: an escape of one character
      {"\u202Eevil\u202C", R"("\u202eevil\u202c")", R"(\u{202e}evil\u{202c})"},     // override
      {"\u2066x\u2069", R"("\u2066x\u2069")", R"(\u{2066}x\u{2069})"},              // isolates
      {"\u200B\u200D\u200F\u061C", R"("\u200b\u200d\u200f\u061c")", R"(\u{200b}\u{200d}\u{200f}\u{61c})"},
      {"\u2028\u2029\uFEFF", R"("\u2028\u2029\ufeff")", R"(\u{2028}\u{2029}\u{feff})"},
      {"\U000E0041", R"("\udb40\udc41")", R"(\u{e0041})"},                          // a tag: invisible
      {"na\u00EFve \u4F60\u597D \U0001F600", "\"na\u00EFve \u4F60\u597D \U0001F600\"", "na\u00EFve \u4F60\u597D \U0001F600"},
      {"a\xFFz", R"("a\ufffdz")", R"(a\u{fffd}z)"},
      {"\xC0\xAF", R"("\ufffd\ufffd")", R"(\u{fffd}\u{fffd})"},                     // overlong
      {"\xED\xA0\x80", R"("\ufffd\ufffd\ufffd")", R"(\u{fffd}\u{fffd}\u{fffd})"},   // a surrogate
      {"\xF4\x90\x80\x80", R"("\ufffd\ufffd\ufffd\ufffd")", R"(\u{fffd}\u{fffd}\u{fffd}\u{fffd})"},
      {"cut\xE4\xBD", R"("cut\ufffd\ufffd")", R"(cut\u{fffd}\u{fffd})"},
      {"", "\"\"", ""},
  };
  int tried = 0;
  for (const auto& c : cases) {
    EXPECT_EQ(json(c.in), c.json);
    EXPECT_EQ(shown(c.in), c.shown);
    ++tried;
  }
  EXPECT_EQ(tried, 19);
}

TEST(audit_escape, no_byte_pair_lets_a_control_character_through) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      for (const std::string& out : {json(text), shown(text)}) {
        for (const char c : out) ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) << first << ' ' << second;
        ASSERT_EQ(out.find("\u009B"), std::string::npos);
      }
    }
  }
}

TEST(audit_escape, clipping_does_not_cut_a_sequence) {
  EXPECT_EQ(clipped("abc", 3), "abc");
  EXPECT_EQ(clipped("abcd", 3), "abc");
  EXPECT_EQ(clipped("ab\u4F60", 3), "ab");
  EXPECT_EQ(clipped("ab\u4F60", 4), "ab");
  EXPECT_EQ(clipped("ab\u4F60z", 5), "ab\u4F60");
  EXPECT_EQ(clipped("\x80\x80\x80\x80\x80\x80", 5).size(), 2U);
  EXPECT_EQ(clipped("abc", 0), "");
}

}  // namespace
}  // namespace stoplog::audit
