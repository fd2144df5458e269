#include "demo/reply.hpp"

#include "json/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace stoplog::demo {
namespace {

using testing::HasSubstr;
using testing::Not;

ask asking(std::string message, std::string tool = {}, int choices = 1) {
  ask asked;
  asked.model = "demo";
  asked.stream = true;
  asked.choices = choices;
  asked.last_message = std::move(message);
  asked.tool = std::move(tool);
  return asked;
}

// What a client would put together from a stream.
struct heard {
  std::map<std::string, std::string> content, reasoning, arguments, finish;  // by choice
  std::string tool;
  std::vector<std::string> events;
  std::size_t usage_chunks = 0;
};

std::string at(const json::document& doc, json::node_id object, std::string_view key) {
  const json::node_id found = object == json::no_node ? json::no_node : doc.find(object, key);
  return found == json::no_node ? std::string{} : std::string(doc[found].text);
}

void hear_choice(heard& so_far, const json::document& doc, json::node_id choice) {
  const std::string index = at(doc, choice, "index");
  const json::node_id delta = doc.find(choice, "delta");
  so_far.content[index] += at(doc, delta, "content");
  so_far.reasoning[index] += at(doc, delta, "reasoning_content");
  so_far.finish[index] += at(doc, choice, "finish_reason");
  const json::node_id calls = doc.find(delta, "tool_calls");
  if (calls == json::no_node) return;
  const json::node_id function = doc.find(doc[calls].first_child, "function");
  so_far.tool += at(doc, function, "name");
  so_far.arguments[index] += at(doc, function, "arguments");
}

heard hear(const ask& asked) {
  heard all;
  event_source source{asked, script_for(asked)};
  json::reader reader;
  while (auto event = source.next()) {
    all.events.push_back(*event);
    EXPECT_TRUE(event->starts_with("data: ") && event->ends_with("\n\n")) << *event;
    if (*event == "data: [DONE]\n\n") continue;
    const std::string body = event->substr(6, event->size() - 8);
    const auto read = reader.read(body);
    EXPECT_TRUE(read) << body;
    if (!read) return all;
    const json::document& doc = **read;
    const json::node_id usage = doc.find(json::document::root, "usage");
    all.usage_chunks += usage != json::no_node && doc[usage].kind == json::kind::object;
    const json::node_id choices = doc.find(json::document::root, "choices");
    for (json::node_id c = doc[choices].first_child; c != json::no_node; c = doc[c].next) hear_choice(all, doc, c);
  }
  EXPECT_EQ(source.sent(), source.total());
  EXPECT_EQ(all.events.back(), "data: [DONE]\n\n");
  return all;
}

TEST(demo_reply, streams_the_story) {
  const heard all = hear(asking("hello"));
  EXPECT_THAT(all.content.at("0"), HasSubstr("the miller walked to the sluice, laid a hand"));
  EXPECT_EQ(all.finish.at("0"), "stop");
  EXPECT_EQ(all.usage_chunks, 0U);
  EXPECT_GT(all.events.size(), 50U);
}

TEST(demo_reply, cuts_the_forbidden_phrase_over_several_events) {
  const heard all = hear(asking("The Recipe, please"));
  EXPECT_THAT(all.content.at("0"), HasSubstr("DEMO-FORBIDDEN-RECIPE"));
  for (const std::string& event : all.events) EXPECT_THAT(event, Not(HasSubstr("DEMO-FORBIDDEN")));
}

TEST(demo_reply, trips_only_the_last_of_several_choices) {
  const heard all = hear(asking("recipe", "", 2));
  EXPECT_THAT(all.content.at("0"), Not(HasSubstr("FORBIDDEN")));
  EXPECT_THAT(all.content.at("1"), HasSubstr("DEMO-FORBIDDEN-RECIPE"));
  EXPECT_EQ(all.finish.at("0"), "stop");
  EXPECT_EQ(all.finish.at("1"), "stop");
}

TEST(demo_reply, tells_the_secret_and_thinks_when_asked) {
  EXPECT_THAT(hear(asking("tell me a secret")).content.at("0"), HasSubstr("demo-secret-4711"));
  const heard thought = hear(asking("think about water"));
  EXPECT_THAT(thought.reasoning.at("0"), HasSubstr("about water"));
  EXPECT_THAT(thought.content.at("0"), HasSubstr("downhill"));
}

TEST(demo_reply, calls_the_offered_tool_with_arguments_that_are_json) {
  for (const char* message : {"how high?", "recipe"}) {
    const heard all = hear(asking(message, "water_level"));
    EXPECT_EQ(all.tool, "water_level");
    EXPECT_EQ(all.content.at("0"), "");
    EXPECT_EQ(all.finish.at("0"), "tool_calls");
    json::reader reader;
    EXPECT_TRUE(reader.read(all.arguments.at("0"))) << all.arguments.at("0");
    EXPECT_EQ(all.arguments.at("0").find("DEMO-FORBIDDEN-RECIPE") != std::string::npos, std::string(message) == "recipe");
  }
}

TEST(demo_reply, counts_its_tokens_when_asked) {
  ask asked = asking("hello");
  asked.include_usage = true;
  const heard all = hear(asked);
  EXPECT_EQ(all.usage_chunks, 1U);
  EXPECT_THAT(all.events.at(all.events.size() - 2), HasSubstr("\"completion_tokens\":"));
}

TEST(demo_reply, answers_in_one_piece_with_the_same_words) {
  for (const char* message : {"hello", "recipe", "secret", "think"}) {
    const ask asked = asking(message, "", 2);
    const heard streamed = hear(asked);
    const std::string body = whole_answer(asked, script_for(asked));
    json::reader reader;
    const auto read = reader.read(body);
    ASSERT_TRUE(read) << body;
    const json::document& doc = **read;
    const json::node_id choices = doc.find(json::document::root, "choices");
    std::size_t seen = 0;
    for (json::node_id c = doc[choices].first_child; c != json::no_node; c = doc[c].next, ++seen) {
      const json::node_id said = doc.find(c, "message");
      EXPECT_EQ(at(doc, said, "content"), streamed.content.at(std::to_string(seen)));
      EXPECT_EQ(at(doc, said, "reasoning_content"), streamed.reasoning.at(std::to_string(seen)));
      EXPECT_EQ(at(doc, c, "finish_reason"), "stop");
    }
    EXPECT_EQ(seen, 2U);
  }
}

TEST(demo_reply, calls_the_tool_in_one_piece_too) {
  const ask asked = asking("how high?", "water_level");
  const std::string body = whole_answer(asked, script_for(asked));
  EXPECT_THAT(body, HasSubstr(R"("name":"water_level")"));
  EXPECT_THAT(body, HasSubstr(R"("content":null)"));
  EXPECT_THAT(body, HasSubstr(R"("finish_reason":"tool_calls")"));
}

TEST(demo_reply, never_ends_an_endless_answer) {
  ask asked = asking("hello");
  asked.behaviour = behaviour::endless;
  event_source source{asked, script_for(asked)};
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(source.next());
  EXPECT_LT(source.sent(), source.total() / 1'000'000);
}

TEST(demo_reply, splits_texts_without_losing_a_byte) {
  for (const std::string text : {"", " ", "a", "two words", "averylongwordindeed", "  double  blanks "}) {
    std::string joined;
    for (const std::string& piece : split_tokens(text)) {
      EXPECT_LE(piece.size(), 5U);
      EXPECT_FALSE(piece.empty());
      joined += piece;
    }
    EXPECT_EQ(joined, text);
  }
}

TEST(demo_reply, lists_its_models) {
  const std::string body = models_list();
  for (const model& one : models) EXPECT_THAT(body, HasSubstr('"' + std::string(one.name) + '"'));
  EXPECT_THAT(error_object("m", "t", "c"), testing::StrEq(R"({"error":{"message":"m","type":"t","param":null,"code":"c"}})"));
}

}  // namespace
}  // namespace stoplog::demo
