#include "match/literal_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace stoplog::match {
namespace {

using occurrences = std::vector<std::pair<std::size_t, std::uint32_t>>;  // (end, literal), longest first for each end

occurrences found(const literal_index& index, const std::string& text) {
  occurrences all;
  auto at = index.root();
  for (std::size_t i = 0; i < text.size(); ++i) {
    at = index.step(at, static_cast<unsigned char>(text[i]));
    if (!literal_index::hits(at)) continue;
    for (auto hit = index.first_hit(at); hit != literal_index::none; hit = index.next_hit(hit)) {
      all.emplace_back(i + 1, index.literal_of(hit));
    }
  }
  return all;
}

occurrences plainly(const std::vector<literal_index::literal>& literals, const std::string& text) {
  occurrences all;
  for (std::size_t end = 1; end <= text.size(); ++end) {
    for (std::size_t length = end; length > 0; --length) {
      for (std::uint32_t i = 0; i < literals.size(); ++i) {
        if (literals[i].bytes == text.substr(end - length, length)) all.emplace_back(end, i);
      }
    }
  }
  return all;
}

// The longest end of the text that a held literal, a head or a tail goes on from, or a whole tail, and the longest
// that any literal inside of matches begins with.
std::size_t held_plainly(const std::vector<literal_index::literal>& literals, const std::string& text, bool only_held) {
  for (std::size_t length = text.size(); length > 0; --length) {
    const std::string end = text.substr(text.size() - length);
    for (const auto& l : literals) {
      const bool counts = only_held ? l.bytes.size() > length ? l.holds != 0 || l.heads != 0 || l.tail : l.tail_whole : l.inside;
      if (counts && l.bytes.starts_with(end)) return length;
    }
  }
  return 0;
}

std::string random_text(std::mt19937_64& random, std::size_t longest, unsigned letters) {
  std::string text;
  for (std::size_t n = random() % (longest + 1); n > 0; --n) text += static_cast<char>('a' + random() % letters);
  return text;
}

TEST(LiteralIndex, FindsWhatSearchingForEachFinds) {
  std::size_t ran = 0;
  std::size_t hits = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    std::mt19937_64 random(seed);
    const unsigned letters = 2 + static_cast<unsigned>(seed % 9);
    std::set<std::string> distinct;
    for (std::size_t n = 1 + random() % 40; n > 0; --n) {
      std::string literal = random_text(random, 7, letters);
      if (!literal.empty()) distinct.insert(std::move(literal));
    }
    std::vector<literal_index::literal> literals;
    for (const std::string& l : distinct) literals.push_back({l, static_cast<std::uint8_t>(random() % 2), random() % 3 != 0, static_cast<std::uint8_t>(random() % 8 / 7), random() % 8 == 0, random() % 8 == 0});
    // Rows for all nodes, for some, and for as few as there may be.
    const literal_index index(literals, seed % 3 == 0 ? literal_index::near_cells_usual : seed % 3 == 1 ? 100U : 0U);
    const std::string text = random_text(random, 60, letters + 1);
    ASSERT_EQ(found(index, text), plainly(literals, text)) << "seed " << seed;
    auto at = index.root();
    for (std::size_t i = 0; i < text.size(); ++i) {
      at = index.step(at, static_cast<unsigned char>(text[i]));
      const std::string seen = text.substr(0, i + 1);
      const literal_index::held first = index.first_held(at);
      ASSERT_EQ(first.any() ? first.depth : 0U, held_plainly(literals, seen, true)) << seen << " seed " << seed;
      ASSERT_EQ(literal_index::holds(at), first.any());
      ASSERT_EQ(index.begun_within(at, 1000), held_plainly(literals, seen, false)) << seen << " seed " << seed;
      ++ran;
    }
    hits += plainly(literals, text).size();
  }
  EXPECT_GT(ran, 8000U);
  EXPECT_GT(hits, 4000U);
}

TEST(LiteralIndex, KnowsNothingWithoutLiterals) {
  const literal_index index;
  const auto at = index.step(index.root(), 'a');
  EXPECT_EQ(at, index.root());
  EXPECT_FALSE(literal_index::hits(at));
  EXPECT_EQ(index.first_held(at).leads, 0);
}

TEST(LiteralIndex, TakesEveryByte) {
  std::vector<literal_index::literal> literals;
  for (unsigned byte = 0; byte < 256; ++byte) literals.push_back({std::string(2, static_cast<char>(byte)), 1});
  const literal_index index(literals, 0);
  std::size_t hits = 0;
  for (unsigned byte = 0; byte < 256; ++byte) hits += found(index, std::string(3, static_cast<char>(byte))).size();
  EXPECT_EQ(hits, 512U);
}

TEST(LiteralIndex, HoldsUnderTheLeadsOfAllThatGoOn) {
  const literal_index index(std::vector<literal_index::literal>{{"abc", 2}, {"abd", 4}, {"bc", 0}, {"ab", 8}});
  auto at = index.step(index.root(), 'a');
  EXPECT_EQ(index.first_held(at).leads, 2 | 4 | 8);
  at = index.step(at, 'b');
  EXPECT_EQ(index.first_held(at).leads, 2 | 4) << "ab is whole: its own lead no longer matters";
  EXPECT_EQ(index.first_held(at).depth, 2);
  EXPECT_EQ(index.next_held(index.first_held(at)).leads, 0) << "b holds nothing";
}

TEST(LiteralIndex, KnowsHeadsAndTailsApart) {
  const literal_index index(std::vector<literal_index::literal>{{"abc", 0, false, 4, false, false}, {"bcd", 0, false, 0, true, false}, {"bc", 0, false, 0, true, true}});
  auto at = index.step(index.step(index.root(), 'a'), 'b');
  EXPECT_TRUE(literal_index::holds(at));
  const auto head = index.first_held(at);
  EXPECT_EQ(head.depth, 2);
  EXPECT_EQ(head.heads, 4);
  EXPECT_FALSE(head.tail);
  const auto tail = index.next_held(head);
  EXPECT_EQ(tail.depth, 1);
  EXPECT_TRUE(tail.tail);
  at = index.step(at, 'c');
  EXPECT_EQ(index.first_held(at).depth, 2) << "abc is whole, bc is held whole";
  EXPECT_TRUE(index.first_held(at).tail);
  at = index.step(at, 'd');
  EXPECT_FALSE(literal_index::holds(at));
}

}  // namespace
}  // namespace stoplog::match
