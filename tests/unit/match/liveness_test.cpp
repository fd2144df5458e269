// What is held against the least that must be held, found by trying every
// continuation of every text over a small alphabet.
#include "run.hpp"
#include "support/oracle.hpp"

namespace stoplog::match::testing {
namespace {

constexpr std::string_view alphabet = "ab ";
constexpr std::size_t text_max = 5;
constexpr std::size_t match_max = 4;  // code points of any match of the rules below, lookahead included

void append_all(std::vector<std::string>& texts, std::size_t longest) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() == longest) return;
    for (const char c : alphabet) texts.push_back(texts[i] + c);
  }
}

std::vector<std::string> texts_upto(std::size_t longest) {
  std::vector<std::string> texts{""};
  append_all(texts, longest);
  return texts;
}

// The first byte of `seen` at which some continuation has a match, or its tail,
// that is not certain yet.
std::size_t live_from(const oracle::part_oracle& part, bool only_tail, const std::string& seen, const std::vector<std::string>& continuations) {
  std::size_t live = seen.size();
  for (const std::string& more : continuations) {
    const oracle::text_views text(seen + more);
    for (const oracle::span& s : part.spans(text)) {
      if (s.from >= live || s.certain <= 2 * seen.size()) continue;
      live = std::min(live, only_tail ? part.tail_from(text.in(part.view()), s.from, s.to) : s.from);
    }
  }
  return live;
}

struct sums {
  std::size_t texts = 0, held = 0, least = 0;
};

void measure(const std::string& regex, sums& all, bool only_tail = false) {
  rule_spec rule = regex_rule(only_tail ? verdict::block : verdict::redact, regex);
  rule.match.guards_tail = only_tail;
  const auto rules = compiled({rule});
  const oracle::part_oracle part(rule.match.parts[0], UINT32_MAX / 2);
  static const std::vector<std::string> texts = texts_upto(text_max);
  static const std::vector<std::string> continuations = texts_upto(match_max);
  for (const std::string& seen : texts) {
    stream s(rules, answer);
    std::uint64_t upto = 0;
    verdict so_far = verdict::allow;
    for (const std::string_view byte : pieces_of(seen, 1)) {
      const auto step = s.feed(byte, false);
      upto = step->release_upto;
      so_far = step->verdict;
    }
    if (so_far == verdict::block) continue;
    const std::size_t live = live_from(part, only_tail, seen, continuations);
    ASSERT_LE(upto, live) << regex << " leaks in " << ::testing::PrintToString(seen);
    ++all.texts;
    all.held += seen.size() - upto;
    all.least += seen.size() - live;
  }
}

TEST(Liveness, NothingIsReleasedThatAContinuationCouldMatch) {
  sums all;
  for (const char* regex : {"ab", "a.b", R"(\bab\b)", "a[ab]{1,3}", "(?:ab|ba) ?a", "^ab", "ab$", R"(b\b)", " a", "aa|bbb",
                            "a{2,4}", R"(\ba b)", "a(?:b|aa)b", "[ab] [ab]", ".b.", R"(\Ba)", "(?m)^a ?b", "a?b?a", "a b?a"}) {
    measure(regex, all);
  }
  EXPECT_EQ(all.texts, 19U * 364U);
  std::printf("held %zu bytes, the least is %zu\n", all.held, all.least);
  EXPECT_LE(all.held, all.least * 5 / 4) << "more is held than was";
}

TEST(Liveness, OfATailNothingIsReleasedAndOfItsHeadNothingHeld) {
  sums all;
  for (const char* regex : {"a?bab", ".bab", "[ab]?aab", "aba$", R"(\bba )", "(?:aab|bba)", R"(bab\b)", "b?ab ", "[ab](?:aba|bb )", R"(\Babb)"}) {
    measure(regex, all, true);
  }
  EXPECT_GT(all.texts, 3000U);
  std::printf("of tails %zu bytes are held, the least is %zu\n", all.held, all.least);
  EXPECT_LE(all.held, all.least * 5 / 4);
}

}  // namespace
}  // namespace stoplog::match::testing
