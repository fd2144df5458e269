// Events in a known frame are not read again; nothing that a client or a record
// sees may tell the difference.
#include "guard/event_frame.hpp"

#include "dialect/openai/chat_answer.hpp"
#include "dialect/openai/chat_codec.hpp"
#include "dialect/openai/chat_stream.hpp"
#include "guard/stream_guard.hpp"
#include "json/writer.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

using policy::action;
using policy::mode;

event_frame frame_of(std::string_view data, std::string_view text) {
  event_frame frame;
  const std::size_t begin = data.find(text);
  frame.set("name", data, begin, begin + text.size());
  return frame;
}

TEST(EventFrame, KnowsAnotherTextInTheSameData) {
  const event_frame frame = frame_of(R"({"a":"x","b":1})", R"("x")");
  EXPECT_EQ(frame.text_in("name", R"({"a":"hello","b":1})"), "hello");
  EXPECT_EQ(frame.text_in("name", "{\"a\":\"\xC3\xA9\",\"b\":1}"), "\xC3\xA9");
  EXPECT_EQ(frame.with("a\"b"), R"({"a":"a\"b","b":1})");
}

TEST(EventFrame, LeavesEverythingElseToTheReader) {
  event_frame frame = frame_of(R"({"a":"x","b":1})", R"("x")");
  const std::vector<std::string> others{
      R"({"a":"","b":1})",                       // no text
      R"({"a":"y","b":2})",                      // another number behind it
      R"({"c":"y","b":1})",                      // another name before it
      R"({"a":"y","a":"z","b":1})",              // a member twice
      R"({"a":"y\n","b":1})",                    // an escape
      "{\"a\":\"y\ny\",\"b\":1}",                // a control character
      "{\"a\":\"\xC3\",\"b\":1}",                // half a character
      R"({"a":","b":1})",                        // the frame's two halves overlap
      R"({"a":"y","b":1} )",                     // bytes behind it
  };
  for (const std::string& other : others) EXPECT_EQ(frame.text_in("name", other), "") << other;
  EXPECT_EQ(frame.text_in("other", R"({"a":"y","b":1})"), "");
  frame.forget();
  EXPECT_EQ(frame.text_in("name", R"({"a":"y","b":1})"), "");
}

// Reads every event, and counts those that it need not have read.
int frames_offered = 0;
class thorough_stream final : public dialect::openai::chat_stream {
 public:
  using chat_stream::chat_stream;
  bool again(dialect::lane, std::string_view) override { return ++frames_offered, false; }
};

class thorough_codec final : public dialect::openai::chat_codec {
 public:
  std::unique_ptr<dialect::answer_stream> open_stream(const dialect::request_facts& asked) const override {
    return std::make_unique<thorough_stream>(asked, dialect::openai::chat_format);
  }
};

struct outcome {
  std::string text;
  verdict decided;
};

outcome run(const dialect::codec& codec, const std::shared_ptr<const policy::compiled_policy>& policy,
            const std::vector<std::string>& events, scratch* shared) {
  stream_guard guard(codec, {.wants_usage = true, .choices = 2}, {}, policy, shared);
  std::string out;
  for (const std::string& event : events) {
    const auto step = guard.on_bytes(event, false);
    if (!step) {
      out += "error " + step.error().detail + guard.error_ending(step.error().code);
      break;
    }
    out += step->bytes;
    if (step->what == stream_step::kind::stop || step->what == stream_step::kind::done) break;
  }
  const report& r = guard.report();
  out += "\n" + std::to_string(r.coverage.received) + "/" + std::to_string(r.coverage.scanned) + "/" +
         std::to_string(r.coverage.released) + " leaked " + std::to_string(r.leaked) + " held " + std::to_string(guard.held());
  for (const auto& f : r.decision.findings) {
    out += "\n" + policy->rules()[f.rule].id + " " + f.path + " " + std::to_string(f.span.begin) + "-" + std::to_string(f.span.end);
  }
  return {out, r.decision.verdict};
}

// A stream of a model that mostly repeats itself.
std::vector<std::string> stream_of(std::mt19937_64& random) {
  const auto below = [&random](std::uint64_t n) { return random() % n; };
  const std::vector<std::string> texts{"a", " forbid", "den", " se", "cret", "label", "\"", "\\", "\n", "\xC3\xA9", "", " ", "watch me"};
  const std::vector<std::string> models{"gpt", "gpt", "gpt", "gpt", "gpt", "label", "secret"};
  std::vector<std::string> events;
  const std::string model = models[below(models.size())];
  for (std::uint64_t i = 0, n = 3 + below(20); i < n; ++i) {
    std::string said;
    json::append_string(said, texts[below(texts.size())]);
    const std::string index = std::to_string(below(8) == 0 ? 1 : 0);
    const std::string reason = below(30) == 0 ? R"("stop")" : "null";
    const std::string member = below(8) == 0 ? "reasoning_content" : "content";
    const std::string end = below(10) == 0 ? "\r\n\r\n" : below(10) == 0 ? "\n: note\n\n" : "\n\n";
    events.push_back("data: {\"id\":\"c\",\"model\":\"" + model + "\",\"choices\":[{\"index\":" + index + ",\"delta\":{\"" + member +
                     "\":" + said + "},\"finish_reason\":" + reason + "}]}" + end);
  }
  events.push_back("data: [DONE]\n\n");
  return events;
}

TEST(EventFrame, NobodyCanTellWhetherAnEventWasRead) {
  const auto policy = support::compile({{.id = "B", .regex = "forbidden"},
                                        {.id = "R", .regex = "secret", .action = action::redact},
                                        {.id = "L", .regex = "label", .mode = mode::shadow},
                                        {.id = "W", .regex = "watch me", .action = action::observe}});
  const dialect::openai::chat_codec quick;
  const thorough_codec thorough;
  scratch shared({});
  std::mt19937_64 random(7);
  std::size_t streams = 0, blocked = 0, redacted = 0;
  for (; streams < 3000; ++streams) {
    const auto events = stream_of(random);
    const outcome one = run(quick, policy, events, &shared);
    const outcome other = run(thorough, policy, events, nullptr);
    ASSERT_EQ(one.text, other.text) << "stream " << streams;
    blocked += one.decided == verdict::block ? 1 : 0;
    redacted += one.decided == verdict::redact ? 1 : 0;
  }
  EXPECT_EQ(streams, 3000U);
  EXPECT_GT(blocked, 50U);
  EXPECT_GT(redacted, 200U);
  EXPECT_GT(frames_offered, 3000);
}

}  // namespace
}  // namespace stoplog::guard
