// release: buffer: an answer goes out when all of it was judged, or not at all.
#include "guard/stream_guard.hpp"

#include "dialect/openai/chat_codec.hpp"
#include "support/chat_client.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

namespace stoplog::guard {
namespace {

std::string text_event(const std::string& text, const std::string& finish = "null", int choice = 0) {
  return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"m-1\",\"choices\":[{\"index\":" +
         std::to_string(choice) + ",\"delta\":{\"content\":\"" + text + "\"},\"finish_reason\":" + finish + "}]}\n\n";
}

const std::string done_event = "data: [DONE]\n\n";

support::test_policy buffering(policy::action what) {
  support::test_policy wanted{.rules = {{.id = "R", .regex = "forbidden", .action = what}}};
  wanted.stream_release = policy::stream_release::buffer;
  return wanted;
}

struct outcome {
  std::vector<std::string> writes;
  std::string ending;
  report seen{};
};

outcome run(const support::test_policy& wanted, const std::vector<std::string>& chunks) {
  static const dialect::openai::chat_codec codec;
  stream_guard guard(codec, {.model = "m", .streamed = true}, {}, support::compile(wanted));
  outcome got;
  for (std::size_t i = 0; i < chunks.size() && got.ending.empty(); ++i) {
    const auto step = guard.on_bytes(chunks[i], i + 1 == chunks.size());
    if (!step) {
      got.writes.push_back(guard.error_ending(step.error().code));
      got.ending = to_string(step.error().code);
      break;
    }
    if (!step->bytes.empty()) got.writes.emplace_back(step->bytes);
    if (step->what == stream_step::kind::stop) {
      EXPECT_EQ(step->ending_at, 0U) << "nothing of the answer stands before its end";
      got.ending = "stop";
    }
    if (step->what == stream_step::kind::done) got.ending = "done";
  }
  got.seen = guard.report();
  return got;
}

TEST(buffer, gives_the_whole_answer_at_once) {
  const std::vector<std::string> chunks{text_event("one "), text_event("two "), text_event("three", "\"stop\""), done_event};
  const outcome got = run(buffering(policy::action::block), chunks);
  ASSERT_EQ(got.writes.size(), 1U);
  EXPECT_EQ(got.writes[0], chunks[0] + chunks[1] + chunks[2] + chunks[3]);
  EXPECT_EQ(got.ending, "done");
  EXPECT_EQ(got.seen.coverage.released, got.seen.coverage.received);
}

TEST(buffer, masks_as_an_exact_stream_does) {
  const outcome got = run(buffering(policy::action::redact), {text_event("a for"), text_event("bidden word", "\"stop\""), done_event});
  ASSERT_EQ(got.writes.size(), 1U);
  EXPECT_EQ(support::read_as_client(got.writes[0]).content[0], "a [REDACTED] word");
}

TEST(buffer, gives_nothing_of_a_blocked_answer) {
  const outcome got = run(buffering(policy::action::block),
                          {text_event("done already", "\"stop\"", 1), text_event("clean, then forb"), text_event("idden"), done_event});
  EXPECT_EQ(got.ending, "stop");
  ASSERT_EQ(got.writes.size(), 1U);
  const auto seen = support::read_as_client(got.writes[0]);
  EXPECT_EQ(seen.content[0], "This was refused by the policy of this service.");
  EXPECT_EQ(seen.content[1], "");
  EXPECT_EQ(seen.finish[0], "content_filter");
  EXPECT_TRUE(seen.terminated);
  EXPECT_EQ(seen.content[0].find("clean"), std::string::npos);
  EXPECT_EQ(got.seen.coverage.released, 0U);
  EXPECT_EQ(got.seen.leaked, 0U);
}

TEST(buffer, gives_nothing_of_an_answer_that_broke_off) {
  const outcome got = run(buffering(policy::action::block), {text_event("clean text"), text_event("more")});
  EXPECT_EQ(got.ending, "upstream_truncated");
  ASSERT_EQ(got.writes.size(), 1U);
  EXPECT_EQ(got.writes[0].find("clean"), std::string::npos);
  EXPECT_EQ(got.seen.coverage.released, 0U);
}

TEST(buffer, leaves_an_answer_over_its_limit_to_on_error) {
  support::test_policy small = buffering(policy::action::block);
  small.buffer_bytes = 1024;
  std::vector<std::string> chunks;
  for (int i = 0; i < 12; ++i) chunks.push_back(text_event("word "));
  chunks.push_back(text_event("end", "\"stop\""));
  chunks.push_back(done_event);
  const outcome refused = run(small, chunks);
  EXPECT_EQ(refused.ending, "evaluation_failed");
  ASSERT_EQ(refused.writes.size(), 1U);
  EXPECT_EQ(refused.writes[0].find("word"), std::string::npos);
  small.on_error = policy::on_error::allow;
  const outcome allowed = run(small, chunks);
  EXPECT_EQ(allowed.ending, "done");
  EXPECT_GT(allowed.writes.size(), 3U) << "it streams on";
  std::string all;
  for (const std::string& w : allowed.writes) all += w;
  std::string sent;
  for (const std::string& c : chunks) sent += c;
  EXPECT_EQ(all, sent);
  // A block in what streams on ends it as usual.
  chunks[11] = text_event("forbidden");
  const outcome blocked = run(small, chunks);
  EXPECT_EQ(blocked.ending, "stop");
  EXPECT_GT(blocked.writes.size(), 1U);
}

}  // namespace
}  // namespace stoplog::guard
