// What a client's library makes of a streamed chat completion.
#pragma once

#include "json/document.hpp"
#include "support/client_events.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stoplog::support {

// Everything that the client's library would put together, lane by lane.
struct client_view {
  std::string content[3];
  std::string arguments[3];
  std::string names[3];
  std::string finish[3];
  std::string error;
  bool terminated = false;
};

inline std::string string_at(const json::document& d, json::node_id id) {
  return id == json::no_node || d[id].kind != json::kind::string ? std::string() : std::string(d[id].text);
}

inline client_view read_as_client(std::string_view bytes) {
  client_view seen;
  const auto take = [&](std::string_view, const json::document& d) {
    EXPECT_FALSE(seen.terminated) << "an event after the end";
    if (const auto failed = d.find(0, "error"); failed != json::no_node) seen.error = string_at(d, d.find(failed, "code"));
    const auto choices = d.find(0, "choices");
    if (choices == json::no_node) return;
    for (auto c = d[choices].first_child; c != json::no_node; c = d[c].next) {
      const auto index = static_cast<std::size_t>(std::stoi(std::string(d[d.find(c, "index")].text)));
      const auto delta = d.find(c, "delta");
      EXPECT_TRUE(seen.finish[index].empty() || d.find(delta, "content") == json::no_node) << "text after the finish";
      seen.content[index] += string_at(d, d.find(delta, "content"));
      if (const auto why = string_at(d, d.find(c, "finish_reason")); !why.empty()) seen.finish[index] = why;
      const auto calls = d.find(delta, "tool_calls");
      if (calls == json::no_node) continue;
      for (auto call = d[calls].first_child; call != json::no_node; call = d[call].next) {
        const auto function = d.find(call, "function");
        const auto number = static_cast<std::size_t>(std::stoi(std::string(d[d.find(call, "index")].text)));
        seen.names[number] += string_at(d, d.find(function, "name"));
        seen.arguments[number] += string_at(d, d.find(function, "arguments"));
      }
    }
  };
  for_each_client_event(bytes, take, [&](std::string_view data) { return data == "[DONE]" && (seen.terminated = true); });
  return seen;
}

}  // namespace stoplog::support
