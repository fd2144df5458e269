#include "text/fold.hpp"

#include "text/ascii.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace stoplog::text {
namespace {

std::string fold_point(char32_t c) {
  std::string out;
  append_folded(out, c);
  return out;
}

std::string encode(char32_t c) {
  std::string out;
  append_utf8(out, c);
  return out;
}

template <class Visit>
int every_scalar(Visit visit) {
  int count = 0;
  for (char32_t c = 0; c <= largest_code_point; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    visit(c);
    ++count;
  }
  return count;
}

TEST(fold, idempotent_over_all_code_points) {
  const int count = every_scalar([](char32_t c) {
    const std::string once = fold_point(c);
    ASSERT_LE(once.size(), fold_bytes_max);
    ASSERT_TRUE(is_utf8(once));
    ASSERT_EQ(fold(once), once) << std::hex << static_cast<unsigned>(c);
  });
  EXPECT_EQ(count, 0x110000 - 0x800);
}

TEST(fold, the_folder_does_to_a_text_what_the_table_does_to_each_code_point) {
  const int count = every_scalar([](char32_t c) { ASSERT_EQ(fold("a" + encode(c) + "B"), "a" + fold_point(c) + "b"); });
  EXPECT_EQ(count, 0x110000 - 0x800);
}

TEST(fold, plain_ascii_stays_one_byte_and_only_case_changes) {
  int plain = 0;
  for (char32_t c = 0; c < 0x80; ++c) {
    const char byte = static_cast<char>(c);
    if (!folds_to_one_byte(byte)) continue;
    EXPECT_EQ(fold_point(c), std::string(1, to_lower(byte)));
    ++plain;
  }
  EXPECT_EQ(plain, 95 + 3);
}

TEST(fold, no_upper_case_ascii_and_no_line_break_but_lf_and_cr_remain) {
  every_scalar([](char32_t c) {
    for (const char byte : fold_point(c)) {
      ASSERT_FALSE(byte >= 'A' && byte <= 'Z') << std::hex << static_cast<unsigned>(c);
      ASSERT_TRUE(static_cast<unsigned char>(byte) >= 0x80 || folds_to_one_byte(byte)) << std::hex << static_cast<unsigned>(c);
    }
  });
}

TEST(fold, what_each_kind_of_code_point_becomes) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      // case
      {"STOP", "stop"}, {"Straße", "strasse"}, {"ẞ", "ss"}, {"ſ", "s"}, {"\u212A", "k"}, {"İ", "i"}, {"Σς", "oo"},
      // compatibility forms
      {"Ｓｔｏｐ", "stop"}, {"𝐬𝐭𝐨𝐩", "stop"}, {"𝔰𝔱𝔬𝔭", "stop"}, {"ⓢⓣⓞⓟ", "stop"}, {"ﬁne", "fine"}, {"№", "no"}, {"㎏", "kg"}, {"²", "2"},
      {"…", "..."}, {"ⅷ", "viii"},
      // accents, in both spellings
      {"café", "cafe"}, {"cafe\u0301", "cafe"}, {"s\u0336t\u0336op", "stop"}, {"Ångström", "angstrom"}, {"\u1FB3", "a"}, {"\u03B1\u0345", "a"},
      {"й", "и"}, {"が", "か"}, {"か\u3099", "か"},
      // invisible
      {"st\u200Bop", "stop"}, {"st\u00ADop", "stop"}, {"st\u2060op\uFEFF", "stop"}, {"\U000E0073\U000E0074", ""}, {"a\uFE0F", "a"}, {"\u3164", ""},
      {"s\x01t\x7Fop", "stop"}, {"\u0085", "\n"}, {"\u202Epots", "pots"}, {"a\uFFF9b", "ab"},
      // look-alikes
      {"ѕтор", "stop"}, {"СТОР", "ctop"}, {"αрρle", "apple"}, {"ѕtοр", "stop"}, {"ꓢꓔꓳꓑ", "stop"}, {"ᏚᎢ", "st"}, {"ոս", "nu"}, {"ѡ", "w"},
      {"𝛼𝛲", "ap"}, {"🅂🅃", "st"}, {"🆂🆃", "st"}, {"🇺🇸", "us"}, {"Øł", "ol"}, {"ａｒt", "art"}, {"ɪɢɴᴏʀᴇ", "ignore"},
      // quotes, dashes, digits
      {"don’t", "don't"}, {"“x”", "\"x\""}, {"a—b‑c−d", "a-b-c-d"}, {"٤٢", "42"}, {"४२", "42"}, {"½", "1/2"},
      // spaces keep their number
      {"a\u00A0\u2003b", "a  b"}, {"a\u3000b", "a b"}, {"a\u2028b\vc\fd", "a\nb\nc\nd"}, {"a\tb\r\n", "a\tb\r\n"}, {"a\u2800b", "a b"},
      // left alone
      {"한국어", "한국어"}, {"漢字", "漢字"}, {"שלום", "שלום"}, {"жук", "жyk"}, {"😀", "😀"}, {"\uE000", "\uE000"},
  };
  int ran = 0;
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(fold(text), expected) << text;
    ++ran;
  }
  EXPECT_EQ(ran, 68);
}

TEST(fold, upper_and_lower_case_of_every_script_fold_alike) {
  int ran = 0;
  for (const auto& [upper, lower] : std::vector<std::pair<std::string, std::string>>{
           {"АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ", "абвгдежзийклмнопрстуфхцчшщъыьэюя"},
           {"ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", "αβγδεζηθικλμνξοπρστυφχψω"},
           {"ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ", "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ"},
           {"ꭰꭱꭲ", "ᎠᎡᎢ"}, {"ÆŒØÞÐŁ", "æœøþðł"}, {"𐐀𐐁", "𐐨𐐩"}}) {
    EXPECT_EQ(fold(upper), fold(lower));
    ++ran;
  }
  EXPECT_EQ(ran, 6);
}

TEST(fold, text_that_is_not_utf8_fails_for_good_and_keeps_what_came_before) {
  folder f;
  std::string folded;
  offset_map map;
  EXPECT_FALSE(f.feed("Before\xFF" "After", folded, map));
  EXPECT_EQ(folded, "before");
  EXPECT_EQ(map.original_end(), 6U);
  EXPECT_FALSE(f.feed("more", folded, map));
  EXPECT_EQ(folded, "before");
}

TEST(fold, a_cut_sequence_is_pending_and_not_yet_in_the_map) {
  folder f;
  std::string folded;
  offset_map map;
  EXPECT_TRUE(f.feed("a\xD0", folded, map));
  EXPECT_EQ(f.pending(), 1U);
  EXPECT_EQ(map.original_end(), 1U);
  EXPECT_TRUE(f.feed("\xB0", folded, map));
  EXPECT_EQ(f.pending(), 0U);
  EXPECT_EQ(folded, "aa");
  EXPECT_EQ(map.original_end(), 3U);
}

}  // namespace
}  // namespace stoplog::text
