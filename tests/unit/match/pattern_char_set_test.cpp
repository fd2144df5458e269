#include "match/char_set.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace stoplog::match {
namespace {

using ranges = std::vector<code_range>;

TEST(char_set, ranges_that_touch_or_overlap_become_one) {
  EXPECT_EQ((char_set{{'a', 'c'}, {'d', 'f'}}).ranges(), (ranges{{'a', 'f'}}));
  EXPECT_EQ((char_set{{'d', 'f'}, {'a', 'c'}}).ranges(), (ranges{{'a', 'f'}}));
  EXPECT_EQ((char_set{{'a', 'c'}, {'b', 'z'}, {'x', 'x'}}).ranges(), (ranges{{'a', 'z'}}));
  EXPECT_EQ((char_set{{'a', 'c'}, {'e', 'f'}}).ranges(), (ranges{{'a', 'c'}, {'e', 'f'}}));
  EXPECT_EQ((char_set{{'b', 'a'}}).ranges(), ranges{});
}

TEST(char_set, holds_no_surrogates) {
  EXPECT_EQ(char_set::all().ranges(), (ranges{{0, 0xD7FF}, {0xE000, 0x10FFFF}}));
  EXPECT_EQ(char_set::all().size(), 0x110000U - 0x800U);
  EXPECT_TRUE((char_set{{0xD800, 0xDFFF}}).empty());
  EXPECT_TRUE(char_set::all().complement().empty());
  EXPECT_EQ(char_set{}.complement(), char_set::all());
}

TEST(char_set, agrees_with_a_plain_set) {
  std::mt19937 random(3);
  int rounds = 0;
  for (; rounds < 500; ++rounds) {
    char_set set;
    std::set<char32_t> plain;
    for (int i = 0; i < 6; ++i) {
      const char32_t first = random() % 90, last = first + random() % 8;
      set.add(first, last);
      for (char32_t c = first; c <= last; ++c) plain.insert(c);
    }
    const char_set rest = set.complement();
    for (char32_t c = 0; c < 120; ++c) {
      ASSERT_EQ(set.contains(c), plain.contains(c));
      ASSERT_EQ(rest.contains(c), !plain.contains(c));
    }
    ASSERT_EQ(set.size(), plain.size());
    ASSERT_EQ(rest.complement(), set);
    char_set both = rest;
    both.add(set);
    ASSERT_EQ(both, char_set::all());
  }
  EXPECT_EQ(rounds, 500);
}

TEST(char_set, bytes_of_wide_ranges) {
  std::bitset<256> first, all;
  (char_set{{0x7F, 0x80}, {0x7FF, 0x800}}).add_first_bytes(first);
  EXPECT_EQ(first.count(), 4U);
  EXPECT_TRUE(first.test(0x7F) && first.test(0xC2) && first.test(0xDF) && first.test(0xE0));
  (char_set{{0x4E00, 0x4E3F}}).add_bytes(all);
  EXPECT_TRUE(all.test(0xE4) && all.test(0xB8) && all.test(0x80) && all.test(0xBF));
  EXPECT_EQ(all.count(), 1U + 64U);
}

}  // namespace
}  // namespace stoplog::match
