#include "dialect/openai/completions_codec.hpp"

#include "dialect/openai/chat_stream.hpp"

#include <gtest/gtest.h>

namespace stoplog::dialect::openai {
namespace {

const completions_codec codec;

result<request_view> read(const std::string& body) {
  static json::reader reader;
  static std::string kept;
  kept = body;
  return codec.read_request(**reader.read(kept));
}

TEST(completions, count_the_answers_that_are_asked_for) {
  struct { const char* members; std::uint32_t choices; } const cases[] = {
      {R"("prompt":"a")", 1}, {R"("prompt":"a","n":3)", 3}, {R"("prompt":["a","b"],"n":3)", 6}, {R"("prompt":[1,2])", 1},
      {R"("prompt":[[1],[2]])", 2}, {R"("n":2)", 2}, {R"("prompt":[])", 1}, {R"("prompt":null)", 1},
  };
  for (const auto& c : cases) {
    const auto view = read(R"({"model":"m",)" + std::string(c.members) + "}");
    ASSERT_TRUE(view) << c.members;
    EXPECT_EQ(view->facts.choices, c.choices) << c.members;
  }
  EXPECT_EQ(std::size(cases), 8U);
}

TEST(completions, refuse_what_does_not_fit) {
  std::string many = R"("prompt":["a")";
  for (int i = 0; i < 1024; ++i) many += ",\"a\"";
  const std::string cases[] = {R"("n":0)", R"("stream":"x")", R"("Prompt":"x")", R"("model":"")", many + "]"};
  for (const auto& c : cases) EXPECT_FALSE(read(R"({"prompt2":1,)" + (c.find("model") == std::string::npos ? std::string(R"("model":"m",)") : "") + c + "}")) << c;
}

std::string whole(const std::string& text, const std::string& logprobs) {
  return R"({"id":"c","object":"text_completion","created":5,"model":"m","choices":[{"index":0,"text":)" + text + R"(,"logprobs":)" + logprobs + R"(,"finish_reason":"stop"}]})";
}

TEST(completions, logprobs_are_repeats_of_the_text) {
  struct { const char* text; const char* logprobs; bool same; } const cases[] = {
      {"\"ab\"", R"({"tokens":["a","b"]})", true}, {"\"ab\"", R"({"tokens":["a","c"]})", false}, {"\"ab\"", R"({"tokens":["a"]})", false}, {"\"ab\"", R"({"top_logprobs":[{"x":1}]})", false},
  };
  for (const auto& c : cases) {
    const std::string body = whole(c.text, c.logprobs);
    json::reader reader;
    const json::document& d = **reader.read(body);
    const auto view = codec.read_answer(d);
    ASSERT_TRUE(view);
    ASSERT_EQ(view->repeats.size(), 1U) << c.logprobs;
    EXPECT_EQ(d.path(view->repeats[0].node), "choices[0].logprobs");
    EXPECT_EQ(view->repeats[0].of != json::no_node, c.same) << c.logprobs;
  }
}

TEST(completions, what_is_unknown_in_logprobs_stands_whole_in_its_event) {
  const auto stream = codec.open_stream({});
  json::reader reader;
  const std::string event = R"({"choices":[{"index":0,"text":"a","logprobs":{"new":["b"]},"new":{"c":"d"}}]})";
  ASSERT_TRUE(stream->read({}, **reader.read(event)));
  ASSERT_EQ(stream->lanes(), 2U);
  EXPECT_EQ(stream->path(0), "choices[0].text");
  EXPECT_EQ(stream->path(1), "choices[0].new.c");
}

TEST(completions, end_a_stream_in_their_own_shape) {
  request_facts asked;
  asked.choices = 2;
  asked.wants_usage = true;
  const auto stream = codec.open_stream(asked);
  json::reader reader;
  const std::string event = R"({"id":"c","model":"m","created":7,"choices":[{"index":0,"text":"a"}]})";
  ASSERT_TRUE(stream->read({}, **reader.read(event)));
  stream->passed_on(event, true);
  EXPECT_EQ(stream->path(0), "choices[0].text");
  const std::string head = R"(data: {"id":"c","object":"text_completion","created":7,"model":"m","choices":[)";
  EXPECT_EQ(stream->delta(0, "held"), head + R"({"index":0,"text":"held","logprobs":null,"finish_reason":null}]})" + "\n\n");
  EXPECT_EQ(stream->ending(0, {"Stopped.", "c"}),
            head + R"({"index":0,"text":"Stopped.","logprobs":null,"finish_reason":null}]})" + "\n\n" +
            head + R"({"index":0,"text":"","logprobs":null,"finish_reason":"content_filter"}]})" + "\n\n" +
            head + R"({"index":1,"text":"","logprobs":null,"finish_reason":"content_filter"}]})" + "\n\n" +
            head + R"(],"usage":{"prompt_tokens":0,"completion_tokens":1,"total_tokens":1}})" + "\n\ndata: [DONE]\n\n");
}

}  // namespace
}  // namespace stoplog::dialect::openai
