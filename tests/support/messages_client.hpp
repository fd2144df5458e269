// What a client's library makes of a streamed message of Anthropic's.
#pragma once

#include "json/document.hpp"
#include "support/client_events.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::support {

struct seen_block {
  std::string type;
  std::string said;      // text, thinking or input, put together
  bool stopped = false;
};

struct messages_view {
  std::vector<seen_block> blocks;
  std::string stop_reason;
  std::string explanation;   // of stop_details
  std::string error;         // its code
  bool started = false;
  bool terminated = false;

  std::string text() const {
    std::string all;
    for (const seen_block& b : blocks) all += b.type == "text" ? b.said : "";
    return all;
  }
};

inline std::string_view text_at(const json::document& d, json::node_id object, std::string_view key) {
  const json::node_id id = object == json::no_node ? json::no_node : d.find(object, key);
  return id == json::no_node || d[id].kind != json::kind::string ? std::string_view() : d[id].text;
}

inline void take_event(const json::document& d, messages_view& seen) {
  const std::string_view type = text_at(d, 0, "type");
  const json::node_id index = d.find(0, "index");
  const std::size_t at = index == json::no_node ? 0 : std::stoul(std::string(d[index].text));
  const json::node_id delta = d.find(0, "delta");
  if (type == "message_start") seen.started = true;
  if (type == "error") seen.error = text_at(d, d.find(0, "error"), "code");
  if (type == "ping" || type == "error") return;
  EXPECT_TRUE(seen.started) << type;
  if (type == "content_block_start") {
    EXPECT_EQ(at, seen.blocks.size());
    EXPECT_TRUE(seen.blocks.empty() || seen.blocks.back().stopped) << "blocks overlap";
    seen.blocks.push_back({std::string(text_at(d, d.find(0, "content_block"), "type")), {}, false});
  } else if (type == "content_block_delta" || type == "content_block_stop") {
    ASSERT_TRUE(at + 1 == seen.blocks.size() && !seen.blocks.back().stopped) << type << " of no open block";
    for (const auto* key : {"text", "thinking", "partial_json"}) seen.blocks.back().said += text_at(d, delta, key);
    seen.blocks.back().stopped = type == "content_block_stop";
  } else if (type == "message_delta") {
    seen.stop_reason = text_at(d, delta, "stop_reason");
    seen.explanation = text_at(d, d.find(delta, "stop_details"), "explanation");
  } else if (type == "message_stop") {
    EXPECT_TRUE(seen.blocks.empty() || seen.blocks.back().stopped) << "an open block at the end";
    EXPECT_FALSE(seen.stop_reason.empty());
    seen.terminated = true;
  }
}

inline messages_view read_messages_as_client(std::string_view bytes) {
  messages_view seen;
  for_each_client_event(bytes, [&](std::string_view name, const json::document& d) {
    EXPECT_FALSE(seen.terminated) << "an event after the end";
    EXPECT_EQ(name, text_at(d, 0, "type"));
    take_event(d, seen);
  });
  return seen;
}

}  // namespace stoplog::support
