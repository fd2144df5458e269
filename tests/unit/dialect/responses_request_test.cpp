#include "dialect/responses/codec.hpp"

#include <gtest/gtest.h>

#include <map>

namespace stoplog::dialect::responses {
namespace {

const responses_codec codec;

// Each text with its surface: "input[0].content user content".
std::map<std::string, std::string> surfaces(const json::document& d, const std::vector<text_field>& texts) {
  std::map<std::string, std::string> all;
  for (const text_field& f : texts) {
    if (!f.is_key) all[d.path(f.node)] = std::string(to_string(f.where.role)) + " " + std::string(to_string(f.where.channel));
  }
  return all;
}

TEST(responses_request, tells_whose_text_it_is_and_in_which_channel) {
  const std::string body = R"({"model":"m","instructions":"i","prompt":{"id":"p","variables":{"v":"x"}},"metadata":{"k":"v"},"new":"n","input":[
    {"role":"user","content":"u"},{"role":"developer","content":[{"type":"input_text","text":"d"}]},{"role":"assistant","content":[{"type":"refusal","refusal":"r"}]},
    {"type":"reasoning","summary":[{"type":"summary_text","text":"s"}],"content":[{"type":"reasoning_text","text":"t"}]},
    {"type":"function_call","name":"f","arguments":"a"},{"type":"function_call_output","output":"o"},{"type":"custom_tool_call","name":"c","input":"i"},
    {"type":"code_interpreter_call","code":"c","outputs":[{"type":"logs","logs":"l"}]},{"type":"local_shell_call","action":{"command":["ls"]}},{"type":"new_item","say":"x"}]})";
  json::reader reader;
  const json::document& d = **reader.read(body);
  const auto view = codec.read_request(d);
  ASSERT_TRUE(view);
  auto at = surfaces(d, view->texts);
  struct { const char* path; const char* surface; } const cases[] = {
      {"instructions", "system content"}, {"prompt.variables.v", "user content"}, {"metadata.k", "none metadata"}, {"new", "none unknown"},
      {"input[0].content", "user content"}, {"input[1].content[0].text", "developer content"}, {"input[2].content[0].refusal", "assistant refusal"},
      {"input[3].summary[0].text", "assistant reasoning"}, {"input[3].content[0].text", "assistant reasoning"}, {"input[4].name", "assistant tool_name"},
      {"input[4].arguments", "assistant tool_arguments"}, {"input[5].output", "tool content"}, {"input[6].input", "assistant tool_arguments"},
      {"input[7].code", "assistant code"}, {"input[7].outputs[0].logs", "assistant content"}, {"input[8].action.command[0]", "assistant tool_arguments"},
      {"input[9].say", "user unknown"},
  };
  for (const auto& c : cases) EXPECT_EQ(at[c.path], c.surface) << c.path;
  EXPECT_EQ(std::size(cases), 17U);
}

TEST(responses_request, of_one_string_is_the_user_s) {
  const std::string body = R"({"model":"m","input":"hello","stream":true})";
  json::reader reader;
  const json::document& d = **reader.read(body);
  const auto view = codec.read_request(d);
  ASSERT_TRUE(view);
  EXPECT_EQ(surfaces(d, view->texts)["input"], "user content");
  EXPECT_TRUE(view->facts.streamed);
  EXPECT_EQ(view->facts.model, "m");
}

TEST(responses_request, refuses_what_could_be_read_in_two_ways_or_not_at_all) {
  const char* const cases[] = {"[]", "{}", R"({"model":"","input":"x"})", R"({"model":"m","input":7})", R"({"model":"m","input":{"role":"user"}})",
                               R"({"model":"m","input":["x"]})", R"({"model":"m","input":[{"role":"User","content":"x"}]})", R"({"model":"m","input":[{"role":"none","content":"x"}]})",
                               R"({"model":"m","input":[{"role":["user"],"content":"x"}]})", R"({"model":"m","Input":"x"})", R"({"model":"m","input":"x","stream":"true"})",
                               R"({"model":"m","input":[{"role":"user","content":"x","Content":"y"}]})", R"({"model":"m","input":[{"role":"user","content":[{"type":"input_text","Text":"y"}]}]})"};
  for (const char* body : cases) {
    json::reader reader;
    const auto view = codec.read_request(**reader.read(body));
    ASSERT_FALSE(view) << body;
    EXPECT_EQ(view.error().code, errc::malformed_request) << body;
  }
  EXPECT_EQ(std::size(cases), 13U);
}

TEST(responses_answer, is_cut_at_the_item_that_is_blocked) {
  const std::string body = R"({"id":"r","status":"completed","incomplete_details":null,"output":[{"type":"reasoning","summary":[]},{"type":"message","content":[{"type":"output_text","text":"bad"}]},{"type":"function_call","name":"f"}]})";
  json::reader reader;
  const json::document& d = **reader.read(body);
  const auto view = codec.read_answer(d);
  ASSERT_TRUE(view);
  json::node_id bad = json::no_node;
  json::node_id id = json::no_node;
  for (const text_field& f : view->texts) {
    if (text_of(d, f) == "bad") bad = f.node;
    if (text_of(d, f) == "r") id = f.node;
  }
  json::edits changes;
  codec.end_answer(d, {bad}, {"Stopped.", "c"}, changes);
  EXPECT_EQ(changes.apply(d), R"({"id":"r","status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[{"type":"reasoning","summary":[]},)"
                              R"({"id":"msg_stopped_1","type":"message","status":"incomplete","role":"assistant","content":[{"type":"output_text","text":"Stopped.","annotations":[],"logprobs":[]}]}]})");
  json::edits all;
  codec.end_answer(d, {bad, id}, {"", "c"}, all);
  const std::string ended = all.apply(d);
  EXPECT_NE(ended.find(R"("status":"incomplete","error":null,"incomplete_details":{"reason":"content_filter"},"output":[])"), std::string::npos) << ended;
  EXPECT_EQ(ended.find("function_call"), std::string::npos);
}

}  // namespace
}  // namespace stoplog::dialect::responses
