#include "guard/unescaped_view.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace stoplog::guard {
namespace {

struct view_case {
  std::string text;
  std::string view;
};

const std::vector<view_case>& cases() {
  static const std::vector<view_case> list{
      {"", ""}, {"plain", "plain"}, {R"({"a":"b"})", R"({"a":"b"})"}, {R"("a\nb")", "\"a\nb\""}, {R"("\u0041")", "\"A\""}, {R"("\\u0041")", R"("\u0041")"},
      {R"("\"a\"")", R"(""a"")"}, {R"("\ud83d\ude00!")", "\"\xF0\x9F\x98\x80!\""}, {R"("\u00e9")", "\"\xC3\xA9\""},
      // no escapes of JSON: as they came
      {R"("\q")", R"("\q")"}, {R"("\u12")", R"("\u12")"}, {R"("\u12g4")", R"("\u12g4")"}, {R"("\ud83d")", R"("\ud83d")"}, {R"("\ud83dx")", R"("\ud83dx")"},
      {R"("\ud83d\n")", "\"\\ud83d\n\""}, {R"("\ud83d\u0041")", R"("\ud83dA")"}, {R"("\ude00")", R"("\ude00")"}, {R"("\ud83d\ud83d\ude00")", "\"\\ud83d\xF0\x9F\x98\x80\""},
      // not in a string: as they came
      {R"(\u0041)", R"(\u0041)"}, {R"(a\nb "c\nd" e\nf)", "a\\nb \"c\nd\" e\\nf"},
      // cut off
      {R"("\)", R"("\)"}, {R"("\u00)", R"("\u00)"}, {R"("\ud83d\u)", R"("\ud83d\u)"}, {R"("\ud83d\ude0)", R"("\ud83d\ude0)"},
  };
  return list;
}

TEST(unescaped_view, reads_what_a_reader_of_the_arguments_will_see) {
  for (const auto& c : cases()) {
    unescaped_view view;
    std::string out;
    view.feed(c.text, true, out);
    EXPECT_EQ(out, c.view) << c.text;
    EXPECT_EQ(view.raw_offset(out.size()), c.text.size()) << c.text;
  }
  EXPECT_EQ(cases().size(), 24U);
}

TEST(unescaped_view, does_not_depend_on_the_cut) {
  for (const auto& c : cases()) {
    const std::string_view text = c.text;
    for (std::size_t first = 0; first <= text.size(); ++first) {
      for (std::size_t second = first; second <= text.size(); ++second) {
        unescaped_view view;
        std::string out;
        view.feed(text.substr(0, first), false, out);
        view.feed(text.substr(first, second - first), false, out);
        view.feed(text.substr(second), true, out);
        ASSERT_EQ(out, c.view) << c.text << first << " " << second;
      }
    }
  }
}

TEST(unescaped_view, leads_back_to_the_text) {
  const std::string text = R"(x"a\nb\u0041\ud83d\ude00c")";
  const std::string seen = "x\"a\nbA\xF0\x9F\x98\x80" "c\"";
  const std::vector<std::size_t> begins{0, 1, 2, 3, 5, 6, 12, 12, 12, 12, 24, 25, 26};
  unescaped_view view;
  std::string out;
  view.feed(text, true, out);
  ASSERT_EQ(out, seen);
  ASSERT_EQ(begins.size(), seen.size() + 1);
  for (std::size_t at = 0; at <= seen.size(); ++at) EXPECT_EQ(view.raw_offset(at), begins[at]) << at;
}

}  // namespace
}  // namespace stoplog::guard
