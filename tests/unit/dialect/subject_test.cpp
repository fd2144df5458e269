// Who asks, in which conversation, and how many tokens it took.
#include "dialect/endpoint.hpp"
#include "dialect/subject.hpp"
#include "dialect/usage.hpp"

#include <gtest/gtest.h>

namespace stoplog::dialect {
namespace {

request_facts facts_of(const std::string& body) {
  bool known = false;
  const auto& codec = *find_endpoint("POST", "/chat/completions", known)->scans;
  json::reader reader;
  const auto document = reader.read(body);
  auto view = codec.read_request(**document);
  read_subject(**document, *view, view->facts);
  return view->facts;
}

std::string chat(const std::string& members, const std::string& messages) {
  return R"({"model":"m",)" + members + R"("messages":[)" + messages + "]}";
}

const std::string hello = R"({"role":"system","content":"be kind"},{"role":"user","content":"hello"})";

TEST(subject, the_user_is_the_most_precise_that_is_named) {
  EXPECT_EQ(facts_of(chat("", hello)).user, "");
  EXPECT_EQ(facts_of(chat(R"("metadata":{"user_id":"c"},)", hello)).user, "c");
  EXPECT_EQ(facts_of(chat(R"("metadata":{"user_id":"c"},"user":"b",)", hello)).user, "b");
  EXPECT_EQ(facts_of(chat(R"("user":"b","safety_identifier":"a",)", hello)).user, "a");
}

TEST(subject, a_conversation_that_is_named_needs_no_opening) {
  const auto named = facts_of(chat(R"("metadata":{"conversation_id":"talk-7"},)", hello));
  EXPECT_EQ(named.conversation, "talk-7");
  EXPECT_EQ(named.opening, "");
}

TEST(subject, the_opening_stays_while_the_conversation_goes_on) {
  const auto first = facts_of(chat("", hello));
  const auto later = facts_of(chat(R"("user":"x",)", hello + R"(,{"role":"assistant","content":"hi"},{"role":"user","content":"and?"})"));
  EXPECT_FALSE(first.opening.empty());
  EXPECT_EQ(first.opening, later.opening);
  EXPECT_NE(first.opening, facts_of(chat("", R"({"role":"user","content":"be kind"},{"role":"user","content":"hello"})")).opening);
}

token_usage usage_of(const std::string& text, token_usage before = {}) {
  json::reader reader;
  read_usage(**reader.read(text), before);
  return before;
}

TEST(usage, is_taken_from_where_each_dialect_puts_it) {
  const token_usage chat = usage_of(R"({"usage":{"prompt_tokens":7,"completion_tokens":9}})");
  EXPECT_TRUE(chat.counted);
  EXPECT_EQ(chat.input, 7U);
  EXPECT_EQ(chat.output, 9U);
  const token_usage responses = usage_of(R"({"response":{"usage":{"input_tokens":5,"output_tokens":6}}})");
  EXPECT_EQ(responses.input, 5U);
  EXPECT_EQ(responses.output, 6U);
  const token_usage begun = usage_of(R"({"message":{"usage":{"input_tokens":5,"output_tokens":1}}})");
  const token_usage ended = usage_of(R"({"usage":{"output_tokens":40}})", begun);
  EXPECT_EQ(ended.input, 5U);
  EXPECT_EQ(ended.output, 40U);
}

TEST(usage, what_is_no_count_is_not_taken) {
  int cases = 0;
  for (const char* text : {"{}", R"({"usage":null})", R"({"usage":{"prompt_tokens":"7"}})", R"({"usage":{"prompt_tokens":-7}})",
                           R"({"usage":{"prompt_tokens":1.5}})", R"({"usage":{"prompt_tokens":99999999999999999999}})"}) {
    EXPECT_FALSE(usage_of(text).counted) << text;
    ++cases;
  }
  EXPECT_EQ(cases, 6);
}

}  // namespace
}  // namespace stoplog::dialect
