// What an exception excuses passes however it is written or passed on, and is
// recorded all the same; what could not be judged goes by its category.
#include "guard/request_guard.hpp"
#include "guard/stream_guard.hpp"

#include "dialect/openai/chat_codec.hpp"
#include "support/chat_client.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

namespace stoplog::guard {
namespace {

using namespace std::chrono_literals;
using policy::on_error;

const dialect::openai::chat_codec codec;
constexpr wall_time end_of_exception = wall_time(1'800'000'000s);
// "this is a text with the forbidden word and some more", in base64.
constexpr std::string_view encoded = "dGhpcyBpcyBhIHRleHQgd2l0aCB0aGUgZm9yYmlkZGVuIHdvcmQgYW5kIHNvbWUgbW9yZQ==";

support::test_policy excusing() {
  support::test_policy p{.rules = {{.id = "R", .regex = "\\bforbidden\\b"}}};
  policy::exception x;
  x.id = "EXC-1";
  x.rules = {"R"};
  x.when.teams = {"red"};
  x.expires = end_of_exception;
  p.exceptions = {x};
  return p;
}

std::shared_ptr<const policy::compiled_policy> for_team(const support::test_policy& p, const char* team, wall_time at = end_of_exception - 1us) {
  policy::subject who;
  who.team = team;
  return policy::applied(support::compile(p), who, at);
}

request_guard::outcome judge_request(const std::shared_ptr<const policy::compiled_policy>& policy, std::string_view said) {
  request_guard guard(codec, limits{});
  EXPECT_TRUE(guard.read("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + std::string(said) + "\"}]}"));
  auto done = guard.inspect(policy);
  EXPECT_TRUE(done);
  return std::move(*done);
}

TEST(exceptions, excuse_encoded_text_as_they_do_plain_text) {
  for (const std::string_view said : {std::string_view("the forbidden word"), encoded}) {
    const auto theirs = judge_request(for_team(excusing(), "red"), said);
    EXPECT_EQ(theirs.report.decision.verdict, verdict::allow) << said;
    EXPECT_NE(theirs.body.find(said), std::string::npos) << "it goes on as it came";
    ASSERT_EQ(theirs.report.decision.findings.size(), 1U) << said;
    EXPECT_EQ(theirs.report.decision.findings[0].exception, "EXC-1");
    EXPECT_EQ(theirs.report.decision.findings[0].enforced, verdict::allow);
    EXPECT_EQ(judge_request(for_team(excusing(), "sales"), said).report.decision.verdict, verdict::block) << said;
    const auto over = judge_request(for_team(excusing(), "red", end_of_exception), said);
    EXPECT_EQ(over.report.decision.verdict, verdict::block) << said;
    EXPECT_EQ(over.report.decision.findings.at(0).lapsed_exception, "EXC-1");
  }
}

std::string text_event(std::string_view text, const std::string& finish = "null") {
  return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" +
         std::string(text) + "\"},\"finish_reason\":" + finish + "}]}\n\n";
}

struct outcome {
  std::string bytes, ending;
  report seen;
};

// The answer in events of so many characters.
outcome stream(const std::shared_ptr<const policy::compiled_policy>& policy, std::string_view said, std::size_t size, limits within = {}) {
  stream_guard guard(codec, {.model = "m", .streamed = true}, within, policy);
  std::vector<std::string> chunks;
  for (std::size_t at = 0; at < said.size(); at += size) chunks.push_back(text_event(said.substr(at, size)));
  chunks.push_back(text_event("", "\"stop\"") + "data: [DONE]\n\n");
  outcome got;
  for (std::size_t i = 0; i < chunks.size() && got.ending.empty(); ++i) {
    const auto step = guard.on_bytes(chunks[i], i + 1 == chunks.size());
    if (!step) {
      got.ending = to_string(step.error().code);
      break;
    }
    got.bytes += step->bytes;
    if (step->what == stream_step::kind::stop) got.ending = "stop";
    if (step->what == stream_step::kind::done) got.ending = "done";
  }
  got.seen = guard.report();
  return got;
}

TEST(exceptions, excuse_answers_that_are_buffered_or_not_encoded_or_not) {
  std::size_t ran = 0;
  for (const auto release : {policy::stream_release::exact, policy::stream_release::buffer}) {
    support::test_policy p = excusing();
    p.stream_release = release;
    for (const std::string_view said : {std::string_view("then the forbidden word follows"), encoded}) {
      for (const std::size_t size : {1U, 7U, 1000U}) {
        ++ran;
        const outcome theirs = stream(for_team(p, "red"), said, size);
        EXPECT_EQ(theirs.ending, "done") << said;
        EXPECT_EQ(support::read_as_client(theirs.bytes).content[0], said);
        ASSERT_EQ(theirs.seen.decision.findings.size(), 1U) << said << size;
        EXPECT_EQ(theirs.seen.decision.findings[0].exception, "EXC-1");
        EXPECT_EQ(theirs.seen.leaked, 0U);
        const outcome others = stream(for_team(p, "sales"), said, size);
        EXPECT_EQ(others.ending, "stop") << said;
        const outcome over = stream(for_team(p, "red", end_of_exception), said, size);
        EXPECT_EQ(over.ending, "stop") << said;
        EXPECT_EQ(over.seen.decision.findings.at(0).lapsed_exception, "EXC-1");
      }
    }
  }
  EXPECT_EQ(ran, 12U);
}

TEST(on_error, of_a_stream_that_holds_too_much_goes_by_the_category_of_its_rules) {
  limits small;
  small.held_bytes = 5;
  struct {
    on_error otherwise;
    const char* pattern;
    on_error of_category;
    const char* ending;
  } const cases[] = {
      {on_error::block, "test.*", on_error::allow, "done"},
      {on_error::allow, "test.*", on_error::block, "evaluation_failed"},
      {on_error::block, "other.*", on_error::allow, "evaluation_failed"},
      {on_error::allow, "other.*", on_error::block, "done"},
  };
  for (const auto& c : cases) {
    support::test_policy p{.rules = {{.id = "R", .regex = "forbidden word"}}, .on_error = c.otherwise};
    p.on_error_of = {{c.pattern, c.of_category}};
    const outcome held = stream(support::compile(p), "then a forbidden wor", 9, small);
    EXPECT_EQ(held.ending, c.ending) << c.pattern;
    p.stream_release = policy::stream_release::buffer;
    p.buffer_bytes = 1024;
    const outcome buffered = stream(support::compile(p), "a quite harmless and rather long answer of the model", 3);
    EXPECT_EQ(buffered.ending, c.ending) << c.pattern << " buffered";
  }
}

}  // namespace
}  // namespace stoplog::guard
