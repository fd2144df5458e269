#include "demo/typed_events.hpp"

#include "demo/numbers.hpp"
#include "json/document.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::demo {
namespace {

ask read(api spoken, const std::string& body) {
  const auto asked = read_ask(spoken, body);
  EXPECT_TRUE(asked) << body;
  return asked ? *asked : ask{};
}

std::vector<std::string> all_events(const ask& asked) {
  const auto feed = events_of(asked, script_for(asked));
  std::vector<std::string> events;
  while (auto event = feed->next()) events.push_back(*event);
  EXPECT_EQ(feed->sent(), feed->total());
  return events;
}

std::string member(const json::document& d, json::node_id object, std::string_view key) {
  const auto id = d.find(object, key);
  return id == json::no_node ? std::string() : std::string(d[id].text);
}

TEST(typed_events, are_named_numbered_and_say_the_whole_again) {
  struct { const char* input; const char* items; } const cases[] = {
      {R"("input":"tell me")", "message "}, {R"("input":[{"role":"user","content":[{"type":"input_text","text":"think"}]}])", "reasoning message "},
      {R"("input":"x","tools":[{"type":"function","name":"f"}])", "function_call "},
  };
  for (const auto& c : cases) {
    std::string items;
    std::string said;
    std::string last;
    int number = 0;
    json::reader reader;
    for (const std::string& event : all_events(read(api::responses, "{\"model\":\"demo\"," + std::string(c.input) + "}"))) {
      const std::size_t data = event.find("\ndata: ");
      const std::string body = event.substr(data + 7);
      const json::document& d = **reader.read(std::string_view(body).substr(0, body.size() - 2));
      last = member(d, 0, "type");
      EXPECT_EQ(event.substr(7, data - 7), last);
      EXPECT_EQ(member(d, 0, "sequence_number"), std::to_string(number++));
      if (last.ends_with(".delta")) said += member(d, 0, "delta");
      if (last.ends_with("_text.done") || last.ends_with("arguments.done")) {
        EXPECT_EQ(member(d, 0, last.ends_with("arguments.done") ? "arguments" : "text"), said);
        said.clear();
      }
      if (last == "response.output_item.done") items += member(d, d.find(0, "item"), "type") + " ";
    }
    EXPECT_EQ(items, c.items);
    EXPECT_EQ(last, "response.completed");
  }
}

TEST(typed_events, of_a_whole_response_are_its_items) {
  const ask asked = read(api::responses, R"({"model":"demo","input":"think"})");
  const std::string body = whole_answer(asked, script_for(asked));
  json::reader reader;
  const json::document& d = **reader.read(body);
  EXPECT_EQ(member(d, 0, "status"), "completed");
  EXPECT_EQ(member(d, d[d.find(0, "output")].first_child, "type"), "reasoning");
}

TEST(completions_of_the_demo, have_texts_in_their_choices) {
  const ask asked = read(api::completions, R"({"model":"demo","prompt":["tell"],"n":2})");
  EXPECT_EQ(asked.last_message, "tell");
  const auto events = all_events(asked);
  EXPECT_EQ(events.back(), "data: [DONE]\n\n");
  EXPECT_NE(events.front().find(R"("object":"text_completion")"), std::string::npos);
  EXPECT_NE(events.front().find(R"("choices":[{"index":0,"text":"")"), std::string::npos) << events.front();
  EXPECT_NE(whole_answer(asked, script_for(asked)).find(R"({"index":1,"text":"The old mill)"), std::string::npos);
}

TEST(numbers_of_the_demo, are_one_answer_an_input) {
  struct { const char* body; int count; } const cases[] = {
      {R"({"input":"a"})", 1}, {R"({"input":["a","b"]})", 2}, {R"({"input":[1,2]})", 1}, {R"({"input":[[1],[2],[3]]})", 3}, {R"({"input":[{"type":"text","text":"a"}]})", 1},
  };
  for (const auto& c : cases) {
    for (const auto& made : {embeddings_for(c.body), moderations_for(c.body)}) {
      ASSERT_TRUE(made) << c.body;
      json::reader reader;
      const json::document& d = **reader.read(*made);
      const auto list = d.find(0, "data") == json::no_node ? d.find(0, "results") : d.find(0, "data");
      int count = 0;
      for (auto at = d[list].first_child; at != json::no_node; at = d[at].next) ++count;
      EXPECT_EQ(count, c.count) << c.body;
    }
  }
  EXPECT_FALSE(embeddings_for("{}"));
  EXPECT_FALSE(moderations_for("x"));
  EXPECT_NE(embeddings_for(R"({"input":"a","encoding_format":"base64"})")->find(R"("embedding":"AAAAA)"), std::string::npos);
}

}  // namespace
}  // namespace stoplog::demo
