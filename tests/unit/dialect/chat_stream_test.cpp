#include "dialect/openai/chat_stream.hpp"

#include <gtest/gtest.h>

namespace stoplog::dialect::openai {
namespace {

class chat_stream_events : public testing::Test {
 protected:
  // The lanes of an event's texts, by their paths; whole texts as "=".
  std::string read(const std::string& delta, const std::string& rest = "") {
    source_ = R"({"id":"c","model":"m","created":7,"choices":[{"index":0,"delta":)" + delta + rest + "}]}";
    const auto document = reader_.read(source_);
    EXPECT_TRUE(document) << source_;
    const auto view = stream_.read({}, **document);
    if (!view) return view.error().detail;
    std::string out;
    for (const text_field& f : (*view)->texts) {
      if ((**document)[f.node].parent == json::document::root) continue;
      out += (f.lane == no_lane ? "=" : stream_.path(f.lane)) + ":" + std::string(text_of(**document, f)) + " ";
    }
    for (const lane ended : (*view)->ended) out += "end:" + stream_.path(ended) + " ";
    stream_.passed_on({}, true);
    return out;
  }

  std::string source_;
  json::reader reader_;
  chat_stream stream_{request_facts{}, chat_format};
};

TEST_F(chat_stream_events, texts_that_grow_have_lanes) {
  EXPECT_EQ(read(R"({"role":"assistant","content":"a"})"), "=:assistant choices[0].delta.content:a ");
  EXPECT_EQ(read(R"({"content":"b","reasoning":"r"})"), "choices[0].delta.content:b choices[0].delta.reasoning:r ");
  EXPECT_EQ(stream_.lanes(), 2U);
  EXPECT_EQ(read(R"({"new":"x"})"), "=:new choices[0].delta.new:x ");
  EXPECT_EQ(read("{}", R"(,"finish_reason":"stop")"), "=:stop end:choices[0].delta.content end:choices[0].delta.reasoning end:choices[0].delta.new ");
  EXPECT_EQ(read(R"({"content":""})"), "");
  EXPECT_EQ(read(R"({"content":"late"})"), "text after the end of its choice");
}

TEST_F(chat_stream_events, tool_calls_without_an_index_go_by_their_place) {
  EXPECT_EQ(read(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"1"}},{"id":"b","function":{"name":"g","arguments":"2"}}]})"),
            "=:a =:f choices[0].delta.tool_calls[0].function.arguments:1 =:b =:g choices[0].delta.tool_calls[1].function.arguments:2 ");
  EXPECT_EQ(read(R"({"tool_calls":[{"index":1,"function":{"arguments":"3"}}]})"), "choices[0].delta.tool_calls[1].function.arguments:3 ");
  EXPECT_EQ(read(R"({"tool_calls":[{"function":{"arguments":"4"}}]})"), "choices[0].delta.tool_calls[0].function.arguments:4 ");
  EXPECT_EQ(stream_.lanes(), 2U);
}

TEST_F(chat_stream_events, a_tool_name_comes_whole) {
  EXPECT_EQ(read(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}]})"), "=:a =:f ");
  EXPECT_EQ(read(R"({"tool_calls":[{"index":0,"function":{"name":"f"}}]})"), "=:f ");
  EXPECT_EQ(read(R"({"tool_calls":[{"index":0,"function":{"name":""}}]})"), "");
  EXPECT_EQ(read(R"({"tool_calls":[{"index":0,"id":"b","function":{"name":"g"}}]})"), "=:b =:g ") << "another call";
  EXPECT_EQ(read(R"({"tool_calls":[{"index":0,"function":{"name":"h"}}]})"), "the name of a tool call in pieces");
}

TEST_F(chat_stream_events, deltas_lead_to_their_lanes) {
  read(R"({"role":"assistant","content":"a"})");
  read(R"({"tool_calls":[{"index":3,"type":"function","function":{"arguments":"1"}}]})");
  read(R"({"content":[{"type":"text","text":"p"}],"new":["x"]})");
  const auto chunk = [](const std::string& delta) {
    return R"(data: {"id":"c","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":)" + delta + ",\"finish_reason\":null}]}\n\n";
  };
  EXPECT_EQ(stream_.delta(0, "\"x\"\n"), chunk(R"({"content":"\"x\"\n"})"));
  EXPECT_EQ(stream_.delta(1, "t"), chunk(R"({"tool_calls":[{"index":3,"type":"function","function":{"arguments":"t"}}]})"));
  EXPECT_EQ(stream_.delta(2, "t"), chunk(R"({"content":[{"type":"text","text":"t"}]})"));
  EXPECT_EQ(stream_.delta(3, "t"), chunk(R"({"new":["t"]})"));
}

TEST_F(chat_stream_events, an_ending_stops_every_kind_of_call) {
  read(R"({"role":"assistant","tool_calls":[{"index":0,"id":"a","function":{"name":"f"}},{"index":1,"id":"b","custom":{"name":"g"}}],"function_call":{"name":"h"}})");
  const std::string ending = stream_.ending(no_lane, {"Stopped.", "c"});
  EXPECT_NE(ending.find(R"("delta":{"content":"Stopped."})"), std::string::npos) << ending;
  EXPECT_NE(ending.find(R"("tool_calls":[{"index":0,"function":{"name":"stopped_by_policy","arguments":" stopped by policy"}},{"index":1,"custom":{"name":"stopped_by_policy","input":" stopped by policy"}}],)"
                        R"("function_call":{"name":"stopped_by_policy","arguments":" stopped by policy"}},"finish_reason":"content_filter")"), std::string::npos) << ending;
  EXPECT_TRUE(ending.ends_with("data: [DONE]\n\n"));
  EXPECT_EQ(ending.find("usage"), std::string::npos);
}

TEST_F(chat_stream_events, an_ending_says_so_even_when_all_had_finished) {
  read(R"({"role":"assistant","content":"x"})", R"(,"finish_reason":"stop")");
  EXPECT_NE(stream_.ending(no_lane, {"", ""}).find("content_filter"), std::string::npos);
}

TEST_F(chat_stream_events, labels_that_did_not_go_out_are_not_repeated) {
  source_ = R"({"id":"bad","model":"bad","choices":[{"index":0,"delta":{"new":[{"index":0,"type":"bad","text":"x"}],"content":"y"}}]})";
  ASSERT_TRUE(stream_.read({}, **reader_.read(source_)));
  EXPECT_EQ(stream_.model(), "");
  EXPECT_EQ(stream_.delta(0, "x"), "") << "not told yet";
  EXPECT_EQ(stream_.delta(1, "y").find("bad"), std::string::npos);
  stream_.passed_on({}, false);
  EXPECT_EQ(stream_.delta(0, "x"), "");
  EXPECT_EQ(stream_.ending(no_lane, {"", ""}).find("bad"), std::string::npos);
  EXPECT_EQ(stream_.response_id(), "");
}

}  // namespace
}  // namespace stoplog::dialect::openai
