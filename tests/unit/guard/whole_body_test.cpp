// Requests and whole answers through their guards.
#include "dialect/openai/chat_codec.hpp"
#include "guard/answer_guard.hpp"
#include "guard/request_guard.hpp"
#include "json/document.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

using policy::action;
using policy::mode;
using support::compile;

const dialect::openai::chat_codec codec;

result<request_guard::outcome> inspect(const std::string& body, const std::shared_ptr<const policy::compiled_policy>& policy,
                                       const limits& limits = {}) {
  request_guard guard(codec, limits);
  const auto facts = guard.read(body);
  if (!facts) return facts.error();
  return guard.inspect(policy);
}

std::string chat(const std::string& messages) { return R"({ "model": "m", "messages": [)" + messages + "] }"; }

TEST(request_guard, forwards_the_judged_bytes) {
  const std::string body = chat(R"({"role":"user","content":"\u0068i  there"})") + "\n";
  const auto done = inspect(body, compile({{.id = "R", .regex = "forbidden"}}));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->body, body);
  EXPECT_EQ(done->report.decision.verdict, verdict::allow);
  EXPECT_TRUE(done->report.coverage.complete());
  EXPECT_EQ(done->report.coverage.received, 14U) << "m, user, hi  there";
}

TEST(request_guard, tells_the_facts) {
  request_guard guard(codec, {});
  const auto facts = guard.read(R"({"model":"gpt-x","stream":true,"n":3,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"12345"}]})");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->model, "gpt-x");
  EXPECT_TRUE(facts->streamed);
  EXPECT_TRUE(facts->wants_usage);
  EXPECT_EQ(facts->choices, 3U);
  EXPECT_EQ(facts->text_bytes, 27U) << "the key include_usage is a text, too";
}

TEST(request_guard, redacts_only_the_touched_strings) {
  const auto done = inspect(chat(R"({"role":"user", "content":[{"type":"text","text":"my\tsecret1 \"x\""}, {"type":"text","text":"\u0041"}]})"),
                            compile({{.id = "R", .regex = "secret[0-9]", .action = action::redact}}));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->body, chat(R"({"role":"user", "content":[{"type":"text","text":"my\t[REDACTED] \"x\""}, {"type":"text","text":"\u0041"}]})"));
  ASSERT_EQ(done->report.decision.findings.size(), 1U);
  EXPECT_EQ(done->report.decision.findings[0].path, "messages[0].content[0].text");
  EXPECT_EQ(done->report.decision.findings[0].span, (match::text_span{3, 10}));
  EXPECT_EQ(done->report.coverage.received - done->report.coverage.released, 7U);
}

TEST(request_guard, redacts_keys_and_records_no_key_that_was_found) {
  const auto done = inspect(R"({"model":"m","messages":[{"role":"user","content":"x"}],"metadata":{"secret1":"v"}})",
                            compile({{.id = "R", .regex = "secret[0-9]", .action = action::redact}}));
  ASSERT_TRUE(done);
  EXPECT_NE(done->body.find(R"("metadata":{"[REDACTED]":"v"})"), std::string::npos);
  EXPECT_EQ(done->report.decision.findings.at(0).path, "metadata.{key 0}");
}

TEST(request_guard, sees_escapes_within_tool_arguments) {
  const auto policy = compile({{.id = "R", .regex = "\\bsecret[0-9]", .action = action::redact}});
  const auto done = inspect(chat(R"({"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{\"a\":\"\\u0073ecret1 \\nsecret2\"}"}}]})"), policy);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->body, chat(R"({"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{\"a\":\"[REDACTED] \\n[REDACTED]\"}"}}]})"));
}

TEST(request_guard, blocks_with_nothing_to_forward_and_records_every_finding) {
  const auto policy = compile({{.id = "B", .regex = "forbidden"}, {.id = "S", .regex = "hidden", .mode = mode::shadow}, {.id = "R", .regex = "secret[0-9]", .action = action::redact}});
  const auto done = inspect(chat(R"({"role":"user","content":"secret1 forbidden"},{"role":"user","content":"hidden"})"), policy);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->body.empty());
  EXPECT_EQ(done->report.decision.verdict, verdict::block);
  EXPECT_EQ(policy->rules()[done->report.decision.rule.value()].id, "B");
  EXPECT_EQ(done->report.decision.findings.size(), 3U);
  EXPECT_EQ(done->report.coverage.released, 0U);
}

std::string parts(const std::vector<std::string>& texts) {
  std::string list;
  for (const auto& t : texts) list += (list.empty() ? "" : ",") + std::string(R"({"type":"text","text":")") + t + "\"}";
  return R"({"role":"user","content":[)" + list + "]}";
}

TEST(request_guard, judges_the_parts_of_a_message_together) {
  const auto policy = compile({{.id = "B", .regex = "forbidden word"}, {.id = "R", .regex = "secret[0-9]{1,3}", .action = action::redact},
                               {.id = "O", .regex = "look here", .action = action::observe}});
  const auto verdict_of = [&](const std::string& messages) { return inspect(chat(messages), policy).value().report.decision.verdict; };
  EXPECT_EQ(verdict_of(parts({"for", "bidden w", "ord"})), verdict::block);
  EXPECT_EQ(verdict_of(parts({"forbidden", "word"})), verdict::block) << "as with a space between";
  EXPECT_EQ(verdict_of(parts({"forbidden"}) + "," + parts({" word"})), verdict::allow) << "two messages";
  const auto redacted = inspect(chat(parts({"a sec", "re", "t1 b secret2", "look", "here"})), policy).value();
  EXPECT_EQ(redacted.body, chat(parts({"a [REDACTED]", "", " b [REDACTED]", "look", "here"})));
  ASSERT_EQ(redacted.report.decision.findings.size(), 3U);
  EXPECT_EQ(redacted.report.decision.findings[0].path, "messages[0].content[2].text");
  EXPECT_EQ(redacted.report.decision.findings[1].path, "messages[0].content");
  EXPECT_EQ(inspect(chat(parts({"secret1", "x"})), policy).value().report.decision.findings.size(), 1U) << "found once";
}

TEST(request_guard, reads_text_that_is_sent_as_data) {
  const auto policy = compile({{.id = "R", .regex = "secret[0-9]", .action = action::redact}});
  const auto file = [](const std::string& data) { return chat(R"({"role":"user","content":[{"type":"file","file":{"filename":"a","file_data":"data:text/plain;base64,)" + data + "\"}}]}"); };
  const auto done = inspect(file("bXkgc2VjcmV0MQ=="), policy);  // my secret1
  ASSERT_TRUE(done);
  EXPECT_EQ(done->body, file("bXkgW1JFREFDVEVEXQ=="));          // my [REDACTED]
  EXPECT_TRUE(done->report.coverage.complete());
  const auto binary = inspect(file("AAECAw=="), policy);
  ASSERT_TRUE(binary);
  EXPECT_EQ(binary->body, file("AAECAw=="));
  ASSERT_EQ(binary->report.coverage.opaque.size(), 1U);
  EXPECT_EQ(binary->report.coverage.opaque[0].kind, "file");
}

TEST(request_guard, roles_and_channels_choose_the_rules) {
  surface_set users;
  users.directions = 1U << static_cast<unsigned>(direction::request);
  users.roles = 1U << static_cast<unsigned>(role::user);
  users.channels = 1U << static_cast<unsigned>(channel::content);
  const auto policy = compile({{.id = "B", .regex = "forbidden", .surfaces = users}});
  const auto blocked = [&](const std::string& messages) {
    return inspect(chat(messages), policy).value().report.decision.verdict == verdict::block;
  };
  EXPECT_TRUE(blocked(R"({"role":"user","content":"forbidden"})"));
  EXPECT_TRUE(blocked(R"({"content":[{"type":"text","text":"forbidden"}],"role":"user"})"));
  EXPECT_FALSE(blocked(R"({"role":"system","content":"forbidden"},{"role":"user","content":"x"})"));
  EXPECT_FALSE(blocked(R"({"role":"user","name":"forbidden","content":"x"})"));
}

struct refused_case {
  std::string body;
  errc code;
};

TEST(request_guard, refuses_what_could_be_read_in_two_ways_or_not_at_all) {
  const std::string user = R"({"role":"user","content":"x"})";
  const auto with = [&](const std::string& members) { return R"({"model":"m","messages":[)" + user + "]," + members + "}"; };
  std::vector<refused_case> cases{
      {"", errc::malformed_json}, {"[]", errc::malformed_request}, {"{}", errc::malformed_request}, {R"({"model":"m"})", errc::malformed_request},
      {R"({"model":"m","messages":[]})", errc::malformed_request}, {R"({"model":"m","messages":"x"})", errc::malformed_request},
      {R"({"model":"m","messages":[1]})", errc::malformed_request}, {R"({"messages":[)" + user + "]}", errc::malformed_request},
      {R"({"model":"","messages":[)" + user + "]}", errc::malformed_request}, {R"({"model":7,"messages":[)" + user + "]}", errc::malformed_request},
      {chat(R"({"content":"x"})"), errc::malformed_request}, {chat(R"({"role":"User","content":"x"})"), errc::malformed_request},
      {chat(R"({"role":"none","content":"x"})"), errc::malformed_request}, {chat(R"({"role":"user","content":1})"), errc::malformed_request},
      {chat(R"({"role":"user","content":{"text":"x"}})"), errc::malformed_request}, {chat(R"({"role":["user"],"content":"x"})"), errc::malformed_request},
      {with(R"("n":0)"), errc::malformed_request}, {with(R"("n":129)"), errc::malformed_request}, {with(R"("n":1.0)"), errc::malformed_request},
      {with(R"("n":"1")"), errc::malformed_request}, {with(R"("stream":"true")"), errc::malformed_request}, {with(R"("stream":1)"), errc::malformed_request},
      {with(R"("stream_options":[])"), errc::malformed_request}, {with(R"("stream_options":{"include_usage":1})"), errc::malformed_request},
      // names that another reader could take for known ones
      {with(R"("Messages":[])"), errc::malformed_request}, {with(R"("STREAM":true)"), errc::malformed_request}, {with("\"\xC5\xBFtream\":true"), errc::malformed_request},
      {with("\"to\xC5\xBF\":1,\"tool\xC5\xBF\":[]"), errc::malformed_request}, {chat(R"({"role":"user","content":"x","Content":"y"})"), errc::malformed_request},
      {chat(R"({"role":"user","content":[{"type":"text","text":"x","TEXT":"y"}]})"), errc::malformed_request},
      {chat(R"({"role":"user","content":"x","tool_calls":[{"function":{"Name":"f"}}]})"), errc::malformed_request},
      {chat("{\"role\":\"user\",\"content\":\"x\",\"to\xC3\xB6l\":1,\"Role\":\"system\"}"), errc::malformed_request},
      {with(R"("messages":[])"), errc::malformed_json}, {chat(R"({"role":"user","content":"x","content":"y"})"), errc::malformed_json},
      {chat("{\"role\":\"user\",\"content\":\"\xFF\"}"), errc::invalid_utf8},
      {with("\"a\":" + std::string(70, '[') + std::string(70, ']')), errc::too_deep},
  };
  const auto policy = compile({{.id = "R", .regex = "forbidden"}});
  for (const auto& c : cases) {
    const auto done = inspect(c.body, policy);
    ASSERT_FALSE(done) << c.body;
    EXPECT_EQ(done.error().code, c.code) << c.body << done.error().detail;
  }
  EXPECT_EQ(cases.size(), 36U);
  EXPECT_TRUE(inspect(with(R"("n":null,"stream":null,"stream_options":null,"messagesx":1,"stre":2)"), policy));
}

// ---- whole answers ----

std::string answer(const std::string& choices) { return R"({"id":"c1","object":"chat.completion","created":5,"model":"m-1","choices":[)" + choices + R"(],"usage":{"total_tokens":3}})"; }

answer_outcome judge(const std::string& body, const std::shared_ptr<const policy::compiled_policy>& policy) {
  auto done = inspect_answer(codec, {}, policy, body);
  EXPECT_TRUE(done) << done.error().detail;
  return done ? std::move(*done) : answer_outcome{};
}

TEST(answer_guard, forwards_a_clean_answer_as_it_came) {
  const std::string body = answer(R"({"index":0, "message":{"role":"assistant","content":"fine \u0041"},"logprobs":null,"finish_reason":"stop"})");
  const auto done = judge(body, compile({{.id = "R", .regex = "forbidden"}}));
  EXPECT_EQ(done.body, body);
  EXPECT_EQ(done.model, "m-1");
  EXPECT_EQ(done.response_id, "c1");
  EXPECT_TRUE(done.report.coverage.complete());
}

TEST(answer_guard, ends_the_choice_that_holds_the_match_and_redacts_the_other) {
  const auto policy = compile({{.id = "B", .regex = "forbidden", .message = "Stopped."}, {.id = "R", .regex = "secret[0-9]", .action = action::redact}});
  const auto done = judge(answer(R"({"index":0,"message":{"role":"assistant","content":"forbidden secret1","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"},)"
                                 R"({"index":1,"message":{"role":"assistant","content":"a secret2"},"finish_reason":"stop"})"), policy);
  EXPECT_EQ(done.body, answer(R"({"index":0,"message":{"role":"assistant","content":"Stopped.","refusal":null},"logprobs":null,"finish_reason":"content_filter"},)"
                              R"({"index":1,"message":{"role":"assistant","content":"a [REDACTED]"},"finish_reason":"stop"})"));
  EXPECT_EQ(done.report.decision.verdict, verdict::block);
  EXPECT_EQ(done.report.decision.findings.size(), 2U) << "a blocked text is not judged to its end";
}

TEST(answer_guard, ends_everything_when_the_match_stands_outside_the_choices) {
  const auto policy = compile({{.id = "B", .regex = "forbidden", .message = "Stopped."}});
  const auto done = judge(R"({"id":"forbidden","model":"forbidden","choices":[{"index":0,"message":{"content":"x"}},{"index":1,"message":{"content":"y"}}]})", policy);
  EXPECT_EQ(done.body, R"({"id":"","object":"chat.completion","created":0,"model":"","choices":[{"index":0,"message":{"role":"assistant","content":"Stopped.","refusal":null},"logprobs":null,"finish_reason":"content_filter"},)"
                       R"({"index":1,"message":{"role":"assistant","content":"Stopped.","refusal":null},"logprobs":null,"finish_reason":"content_filter"}]})");
  EXPECT_EQ(done.model, "");
  EXPECT_EQ(done.response_id, "");
}

TEST(answer_guard, drops_the_logprobs_of_redacted_text) {
  const auto policy = compile({{.id = "R", .regex = "secret[0-9]", .action = action::redact}});
  const auto logged = [](const std::string& text, const std::string& list) {
    return answer("{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text + "\"},\"logprobs\":{\"content\":" + list + "}}");
  };
  const std::string tokens = R"([{"token":"a sec","logprob":-1,"top_logprobs":[{"token":"x"}]},{"token":"ret1","logprob":-1}])";
  EXPECT_EQ(judge(logged("a secret1", tokens), policy).body, logged("a [REDACTED]", "null"));
  EXPECT_EQ(judge(logged("a sec", R"([{"token":"a sec"}])"), policy).body, logged("a sec", R"([{"token":"a sec"}])"));
}

TEST(answer_guard, judges_an_upstream_error_too) {
  const auto policy = compile({{.id = "R", .regex = "secret[0-9]", .action = action::redact}});
  EXPECT_EQ(judge(R"({"error":{"message":"bad secret1","type":"t"}})", policy).body, R"({"error":{"message":"bad [REDACTED]","type":"t"}})");
}

TEST(answer_guard, refuses_what_is_no_answer) {
  const auto policy = compile({{.id = "R", .regex = "forbidden"}});
  for (const char* body : {"", "x", "[]", "\"x\"", "{\"a\":1,\"a\":1}", "<html>"}) {
    const auto done = inspect_answer(codec, {}, policy, body);
    ASSERT_FALSE(done) << body;
    EXPECT_EQ(done.error().code, errc::upstream_malformed);
  }
}

TEST(answer_guard, limits_depth) {
  const auto policy = compile({{.id = "R", .regex = "forbidden"}});
  limits shallow;
  shallow.json_depth = 5;
  EXPECT_TRUE(inspect_answer(codec, shallow, policy, R"({"a":[[[[]]]]})"));
  EXPECT_FALSE(inspect_answer(codec, shallow, policy, R"({"a":[[[[[]]]]]})"));
}

}  // namespace
}  // namespace stoplog::guard
