#include "demo/ask.hpp"

#include <gtest/gtest.h>

#include <set>

namespace stoplog::demo {
namespace {

TEST(demo_ask, reads_what_a_script_needs) {
  const auto read = read_ask(api::chat, R"({"model":"demo-slow","stream":true,"stream_options":{"include_usage":true},"n":3,
    "messages":[{"role":"user","content":"first"},{"role":"user","content":"last"},{"role":"assistant","content":"no"}],
    "tools":[{"type":"function","function":{"name":"water_level","parameters":{}}}]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->model, "demo-slow");
  EXPECT_EQ(read->behaviour, behaviour::slow);
  EXPECT_TRUE(read->stream);
  EXPECT_TRUE(read->include_usage);
  EXPECT_EQ(read->choices, 3);
  EXPECT_EQ(read->last_message, "last");
  EXPECT_EQ(read->tool, "water_level");
}

TEST(demo_ask, has_defaults_for_everything_but_the_messages) {
  const auto read = read_ask(api::chat, R"({"messages":[]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->behaviour, behaviour::answer);
  EXPECT_FALSE(read->stream);
  EXPECT_FALSE(read->include_usage);
  EXPECT_EQ(read->choices, 1);
  EXPECT_EQ(read->last_message, "");
  EXPECT_EQ(read->tool, "");
}

TEST(demo_ask, joins_the_text_parts_of_a_message) {
  const auto read = read_ask(api::chat, R"({"messages":[{"role":"user","content":[{"type":"text","text":"a "},{"type":"text","text":"b"}]}]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->last_message, "a b");
}

TEST(demo_ask, keeps_the_number_of_choices_small) {
  for (const auto& [n, expected] : {std::pair{"0", 1}, {"8", 8}, {"9", 8}, {"-1", 1}, {"\"x\"", 1}}) {
    const auto read = read_ask(api::chat, std::string(R"({"messages":[],"n":)") + n + "}");
    ASSERT_TRUE(read) << n;
    EXPECT_EQ(read->choices, expected) << n;
  }
}

TEST(demo_ask, refuses_what_is_no_chat_request) {
  const auto no_json = read_ask(api::chat, "{");
  ASSERT_FALSE(no_json);
  EXPECT_EQ(no_json.error().code, errc::malformed_json);
  for (const char* body : {"{}", R"({"messages":"hello"})", "[]", "1"}) {
    const auto read = read_ask(api::chat, body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, errc::malformed_request) << body;
  }
}

TEST(demo_ask, gives_every_behaviour_one_model) {
  std::set<std::string_view> names;
  std::set<behaviour> behaviours;
  for (const model& one : models) {
    names.insert(one.name);
    behaviours.insert(one.behaviour);
  }
  EXPECT_EQ(names.size(), std::size(models));
  EXPECT_EQ(behaviours.size(), std::size(models));
  EXPECT_EQ(behaviours.size(), static_cast<std::size_t>(behaviour::endless) + 1);
}

}  // namespace
}  // namespace stoplog::demo
