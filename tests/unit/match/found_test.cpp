#include "run.hpp"

#include "match/checks.hpp"
#include "match/found.hpp"
#include "match/lexicon.hpp"

namespace stoplog::match::testing {
namespace {

TEST(FindingList, KeepsTheFirstInWhateverOrderTheyCome) {
  finding_list forward, backward;
  for (std::uint32_t i = 0; i < 1100; ++i) {
    forward.add({i % 7, {i, i + 3}});
    const std::uint32_t j = 1099 - i;
    backward.add({j % 7, {j, j + 3}});
  }
  EXPECT_EQ(forward.all().size(), findings_max);
  EXPECT_TRUE(forward.more());
  EXPECT_TRUE(backward.more());
  EXPECT_TRUE(std::equal(forward.all().begin(), forward.all().end(), backward.all().begin(), backward.all().end()));
  EXPECT_EQ(forward.all().back().where.end, 1002U);
}

TEST(FindingList, KeepsEachOnce) {
  finding_list list;
  list.add({1, {2, 3}});
  list.add({1, {2, 3}});
  list.add({0, {2, 3}});
  EXPECT_EQ(list.all().size(), 2U);
  EXPECT_EQ(list.all()[0].rule, 0U);
  EXPECT_FALSE(list.more());
}

TEST(Redactor, GivesTheSameInWhateverPiecesItIsAsked) {
  std::vector<rule_spec> specs{regex_rule(verdict::redact, "a"), regex_rule(verdict::redact, "b")};
  specs[0].mask = "<0>";
  specs[1].mask = "<1>";
  const auto rules = compiled(specs);
  const std::string text = "0123456789";
  std::size_t ran = 0;
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b, ++ran) {
      redactor r;
      for (const finding& f : {finding{1, {1, 3}}, finding{0, {1, 2}}, finding{1, {3, 5}}, finding{0, {6, 7}}}) r.add(f);
      std::string out;
      bool replaced = r.append(out, text, 0, a, *rules);
      replaced = r.append(out, text.substr(a), a, b, *rules) || replaced;
      replaced = r.append(out, text.substr(b), b, text.size(), *rules) || replaced;
      EXPECT_EQ(out, "0<0>5<0>789") << a << ", " << b;
      EXPECT_TRUE(replaced);
    }
  }
  EXPECT_EQ(ran, 66U);
}

TEST(Checks, Luhn) {
  for (const char* good : {"4242424242424242", "4242 4242-4242 4242", "00", "79927398713"}) EXPECT_TRUE(passes_luhn(good)) << good;
  for (const char* bad : {"4242424242424241", "79927398710", "0", "", "no digits", "18"}) {
    EXPECT_EQ(passes_luhn(bad), std::string_view(bad) == "18") << bad;
  }
}

TEST(Lexicon, FindsTheLongestFirstAndOnWordBoundaries) {
  lexicon words;
  for (const char* phrase : {"key", "key logger", "c++", "x", "", ".exe"}) words.add(phrase);
  const auto at = [&](std::string_view text, std::size_t begin, std::size_t limit) {
    std::vector<std::size_t> lengths;
    words.at(text, begin, limit, [&](std::size_t length) {
      lengths.push_back(length);
      return false;
    });
    return lengths;
  };
  using ::testing::ElementsAre;
  using ::testing::IsEmpty;
  EXPECT_THAT(at("key logger", 0, 10), ElementsAre(10U, 3U));
  EXPECT_THAT(at("key logger", 0, 9), ElementsAre(3U));
  EXPECT_THAT(at("key loggers", 0, 11), ElementsAre(3U));
  EXPECT_THAT(at("monkey", 3, 6), IsEmpty());
  EXPECT_THAT(at("c++y", 0, 4), ElementsAre(3U)) << "y does not join +";
  EXPECT_THAT(at("x", 0, 1), ElementsAre(1U));
  EXPECT_THAT(at("xx", 0, 2), IsEmpty());
  EXPECT_THAT(at("a.exe", 1, 5), ElementsAre(4U));
  EXPECT_THAT(at("x", 1, 1), IsEmpty());
}

}  // namespace
}  // namespace stoplog::match::testing
