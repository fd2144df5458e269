#include "base/error.hpp"
#include "text/fold.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace stoplog::text {
namespace {

struct view {
  std::string folded;
  offset_map map;
};

// Where each folded byte came from, the slow way: one code point at a time.
struct origin {
  std::uint64_t begin, end;
};

std::vector<origin> origins_of(std::string_view text) {
  std::vector<origin> origins;
  for (std::size_t at = 0; at < text.size();) {
    const decoded c = *decode_front(text.substr(at));
    std::string folded;
    append_folded(folded, c.code_point);
    origins.insert(origins.end(), folded.size(), {at, at + c.length});
    at += c.length;
  }
  return origins;
}

void expect_map(const view& v, std::string_view text) {
  const std::vector<origin> origins = origins_of(text);
  ASSERT_EQ(v.folded, fold(text));
  ASSERT_EQ(v.map.folded_end(), origins.size());
  ASSERT_EQ(v.map.original_end(), text.size());
  for (std::size_t i = 0; i < origins.size(); ++i) {
    ASSERT_EQ(v.map.begin_of(i), origins[i].begin) << i;
    ASSERT_EQ(v.map.end_of(i), origins[i].end) << i;
  }
  ASSERT_EQ(v.map.begin_of(origins.size()), text.size());
  for (std::uint64_t original = 0; original <= text.size(); ++original) {
    std::uint64_t before = 0;
    while (before < origins.size() && origins[before].begin < original) ++before;
    ASSERT_EQ(v.map.folded_before(original), before) << original;
  }
}

std::string random_text(std::mt19937& random, std::size_t points) {
  static const std::vector<std::pair<char32_t, char32_t>> scripts = {
      {0x20, 0x7E}, {0x20, 0x7E}, {0x41, 0x5A}, {0x00, 0x1F}, {0xA0, 0x17F}, {0x370, 0x3FF}, {0x400, 0x4FF}, {0x300, 0x330}, {0x200B, 0x200F},
      {0x4E00, 0x4E20}, {0xFB00, 0xFB06}, {0xFDFA, 0xFDFB}, {0xAC00, 0xAC10}, {0x1D400, 0x1D420}, {0x1F600, 0x1F610}, {0xE0041, 0xE005A}};
  std::string text;
  const auto pick = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  while (points > 0) {
    const auto& [first, last] = scripts[pick(scripts.size())];
    for (std::size_t run = std::min(points, 1 + pick(6)); run > 0; --run, --points) append_utf8(text, first + static_cast<char32_t>(pick(last - first + 1)));
  }
  return text;
}

TEST(offset_map, agrees_with_the_slow_way_at_every_pair_of_cuts) {
  std::mt19937 random(20240501);
  int cases = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string text = random_text(random, 30);
    for (std::size_t first = 0; first <= text.size(); ++first) {
      for (std::size_t second = first; second <= text.size(); ++second) {
        view v;
        folder f;
        ASSERT_TRUE(f.feed(std::string_view(text).substr(0, first), v.folded, v.map));
        ASSERT_TRUE(f.feed(std::string_view(text).substr(first, second - first), v.folded, v.map));
        ASSERT_TRUE(f.feed(std::string_view(text).substr(second), v.folded, v.map));
        ASSERT_EQ(f.pending(), 0U);
        if (first == second || round < 4) {
          ASSERT_NO_FATAL_FAILURE(expect_map(v, text));
        } else {
          ASSERT_EQ(v.folded, fold(text));
          ASSERT_EQ(v.map.original_end(), text.size());
        }
        ++cases;
      }
    }
  }
  EXPECT_GT(cases, 100'000);
}

TEST(offset_map, agrees_when_the_text_comes_byte_by_byte) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const std::string text = random_text(random, 80);
    view v;
    folder f;
    for (const char byte : text) ASSERT_TRUE(f.feed({&byte, 1}, v.folded, v.map));
    ASSERT_NO_FATAL_FAILURE(expect_map(v, text));
  }
}

TEST(offset_map, agrees_after_forgetting) {
  std::mt19937 random(11);
  int asked = 0;
  for (int round = 0; round < 200; ++round) {
    const std::string text = random_text(random, 120);
    const std::vector<origin> origins = origins_of(text);
    view v;
    folder f;
    std::uint64_t forgotten = 0;
    for (const char byte : text) {
      ASSERT_TRUE(f.feed({&byte, 1}, v.folded, v.map));
      if (random() % 8 == 0) {
        forgotten += random() % (v.map.folded_end() - forgotten + 1);
        v.map.forget_before(forgotten);
      }
      for (std::uint64_t at = forgotten; at < v.map.folded_end(); ++at) {
        ASSERT_EQ(v.map.begin_of(at), origins[at].begin);
        ASSERT_EQ(v.map.end_of(at), origins[at].end);
        ++asked;
      }
      ASSERT_EQ(v.map.begin_of(v.map.folded_end()), v.map.original_end());
    }
  }
  EXPECT_GT(asked, 100'000);
}

TEST(offset_map, a_span_holds_the_dropped_between_and_not_those_around) {
  const std::string text = "a\u200Bs\u200Bt\u200B\u200Bz";  // a, ZWSP, s, ZWSP, t, two ZWSP, z
  view v;
  ASSERT_TRUE(folder().feed(text, v.folded, v.map));
  ASSERT_EQ(v.folded, "astz");
  EXPECT_EQ(v.map.begin_of(1), 4U);   // s, after the first ZWSP
  EXPECT_EQ(v.map.end_of(2), 9U);     // t, before the last two
  EXPECT_EQ(v.map.begin_of(3), 15U);  // z
}

TEST(offset_map, what_is_dropped_at_the_end_is_behind_the_release_position) {
  view v;
  folder f;
  ASSERT_TRUE(f.feed("ab\u200B", v.folded, v.map));
  EXPECT_EQ(v.map.begin_of(2), 5U);
  ASSERT_TRUE(f.feed("c", v.folded, v.map));
  EXPECT_EQ(v.map.begin_of(2), 5U);
}

TEST(offset_map, a_position_that_was_forgotten_or_lies_ahead_is_a_bug) {
  view v;
  ASSERT_TRUE(folder().feed("ab\u00E9cd", v.folded, v.map));
  EXPECT_THROW((void)v.map.end_of(5), contract_violation);
  v.map.forget_before(5);
  EXPECT_EQ(v.map.begin_of(5), 6U);
  v.map.append(1, 1, 1);
  EXPECT_EQ(v.map.end_of(5), 7U);
  EXPECT_THROW((void)v.map.begin_of(0), contract_violation);
}

}  // namespace
}  // namespace stoplog::text
