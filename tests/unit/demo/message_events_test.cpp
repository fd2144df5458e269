#include "demo/message_events.hpp"

#include "support/messages_client.hpp"

#include <gtest/gtest.h>

namespace stoplog::demo {
namespace {

ask asking(std::string message, std::string tool = {}) {
  ask asked;
  asked.api = api::messages;
  asked.model = "demo";
  asked.last_message = std::move(message);
  asked.tool = std::move(tool);
  return asked;
}

support::messages_view hear(const ask& asked) {
  message_events events{asked, script_for(asked)};
  std::string all;
  while (auto event = events.next()) all += *event;
  EXPECT_EQ(events.sent(), events.total());
  return support::read_messages_as_client(all);
}

TEST(demo_messages, are_streamed_as_they_are_told_whole) {
  json::reader reader;
  for (const auto& [message, tool] : {std::pair{"hello", ""}, {"think", ""}, {"recipe", ""}, {"hello", "water_level"}}) {
    const ask asked = asking(message, tool);
    const auto seen = hear(asked);
    EXPECT_TRUE(seen.terminated) << message;
    EXPECT_EQ(seen.stop_reason, *tool == '\0' ? "end_turn" : "tool_use");
    const std::string whole = whole_message(asked, script_for(asked));
    const json::document& d = **reader.read(whole);
    const auto content = d.find(0, "content");
    std::size_t blocks = 0;
    for (auto block = d[content].first_child; block != json::no_node; block = d[block].next, ++blocks) {
      const auto& streamed = seen.blocks.at(blocks);
      EXPECT_EQ(streamed.type, support::text_at(d, block, "type"));
      const auto input = d.find(block, "input");
      if (input == json::no_node) EXPECT_EQ(streamed.said, support::text_at(d, block, streamed.type));
      else EXPECT_EQ(streamed.said, whole.substr(d[input].begin, d[input].end - d[input].begin));
    }
    EXPECT_EQ(blocks, seen.blocks.size());
  }
}

TEST(demo_messages, answer_in_words_when_the_tool_has_told) {
  const auto asked = read_ask(api::messages, R"({"model":"demo","tools":[{"name":"t"}],"messages":[{"role":"user","content":"hello"},
    {"role":"assistant","content":[{"type":"tool_use","id":"x","name":"t","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"x","content":"high"}]}]})");
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->tool, "");
  EXPECT_EQ(asked->last_message, "hello");
  EXPECT_EQ(read_ask(api::messages, R"({"tools":[{"name":"t"}],"messages":[{"role":"user","content":"hello"}]})")->tool, "t");
  EXPECT_FALSE(read_ask(api::messages, R"({"messages":"hello"})"));
  EXPECT_EQ(*message_tokens_for(R"({"messages":[{"role":"user","content":"hello you"}]})"), R"({"input_tokens":2})");
}

}  // namespace
}  // namespace stoplog::demo
