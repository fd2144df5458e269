// What check says of streaming is what the matcher does.
#include "cli/hold.hpp"
#include "cli/sample_text.hpp"
#include "match/stream.hpp"
#include "policy/rule_testing.hpp"
#include "support/folder.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

namespace stoplog::cli {
namespace {

policy::rule blocking(std::string regex, std::optional<std::uint32_t> max_length = {}) {
  policy::rule r;
  r.id = "A-1";
  r.action = policy::action::block;
  r.max_length = max_length;
  r.match.parts.push_back({});
  r.match.parts.back().regex = std::move(regex);
  return r;
}

TEST(sample_text, is_streamed_without_loss) {
  std::size_t bytes = 0;
  for (const auto answer : sample_answers()) {
    std::string again;
    for (const auto piece : as_streamed(answer)) again += piece;
    EXPECT_EQ(again, answer);
    bytes += answer.size();
  }
  EXPECT_GE(bytes, 2500U);
  const auto pieces = as_streamed("to be, or\n not");
  EXPECT_EQ(pieces, (std::vector<std::string_view>{"to", " be", ",", " or", "\n", " not"}));
}

TEST(streaming, is_told_from_the_patterns) {
  EXPECT_EQ(streaming_of(blocking("\\bword\\b")), streaming::exactly);
  EXPECT_EQ(streaming_of(blocking("word.*", 40)), streaming::capped);
  EXPECT_EQ(streaming_of(blocking("goodbye\\z")), streaming::at_the_end);
  policy::rule guarded = blocking("word.*end");
  guarded.match.guards_tail = true;
  EXPECT_EQ(streaming_of(guarded), streaming::tail);
  policy::rule r = blocking("\\bword\\b");
  r.action = policy::action::observe;
  EXPECT_EQ(streaming_of(r), streaming::nothing_held);
  r = blocking("\\bword\\b");
  r.surfaces.directions = 1U << static_cast<unsigned>(direction::request);
  EXPECT_EQ(streaming_of(r), streaming::nothing_held);
}

// Byte for byte by the definition: a pattern that any letter may begin.
TEST(mean_hold, agrees_with_the_matcher) {
  problems found;
  const policy::rule r = blocking("mill(?:er|s)");
  const auto alone = policy::compile_alone(r, {}, found);
  ASSERT_NE(alone, nullptr);
  double held = 0, pieces = 0;
  for (const auto answer : sample_answers()) {
    match::stream stream(alone, {direction::response, role::assistant, channel::content});
    for (const auto piece : as_streamed(answer)) {
      const auto step = stream.feed(piece, false);
      ASSERT_TRUE(step);
      if (step->verdict == verdict::block) break;
      held += static_cast<double>(stream.held());
      ++pieces;
    }
  }
  const auto mean = mean_hold(r, alone);
  ASSERT_TRUE(mean);
  EXPECT_DOUBLE_EQ(*mean, held / pieces);
  EXPECT_GT(*mean, 0);
  EXPECT_LT(*mean, 7);
}

TEST(mean_hold, of_what_begins_everywhere_is_the_length_of_the_match) {
  problems found;
  const policy::rule r = blocking("[^#]{30}#");
  const auto alone = policy::compile_alone(r, {}, found);
  ASSERT_NE(alone, nullptr);
  const auto mean = mean_hold(r, alone);
  ASSERT_TRUE(mean);
  EXPECT_GT(*mean, 20);
  EXPECT_LE(*mean, 31);
}

TEST(mean_hold, is_nothing_for_rules_that_hold_nothing) {
  problems found;
  policy::rule r = blocking("\\bword\\b");
  r.action = policy::action::observe;
  EXPECT_FALSE(mean_hold(r, policy::compile_alone(r, {}, found)));
}

}  // namespace
}  // namespace stoplog::cli
