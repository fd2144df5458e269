// Streams of Anthropic's messages: every cut, every end, and what must not reach a client.
#include "dialect/anthropic/messages_codec.hpp"
#include "guard/answer_guard.hpp"
#include "guard/request_guard.hpp"
#include "guard/stream_guard.hpp"
#include "support/messages_client.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

using policy::action;
using support::compile;
using support::messages_view;
using support::read_messages_as_client;

const dialect::anthropic::messages_codec codec;

std::string event(const std::string& type, const std::string& members = {}) {
  return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + (members.empty() ? "" : "," + members) + "}\n\n";
}
const std::string start = event("message_start", R"("message":{"id":"msg_1","type":"message","role":"assistant","model":"m-1","content":[],"usage":{"input_tokens":1}})");
std::string block(int index, const std::string& content) {
  return event("content_block_start", "\"index\":" + std::to_string(index) + ",\"content_block\":" + content);
}
std::string delta(int index, const std::string& content) {
  return event("content_block_delta", "\"index\":" + std::to_string(index) + ",\"delta\":" + content);
}
std::string text(int index, const std::string& said) { return delta(index, R"({"type":"text_delta","text":")" + said + "\"}"); }
std::string input(int index, const std::string& json) { return delta(index, R"({"type":"input_json_delta","partial_json":")" + json + "\"}"); }
std::string stop(int index) { return event("content_block_stop", "\"index\":" + std::to_string(index)); }
const std::string text_block = R"({"type":"text","text":""})";
const std::string tool_block = R"({"type":"tool_use","id":"t","name":"f","input":{}})";
const std::string ending = event("message_delta", R"("delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":3})") + event("message_stop");

// Thinking, text over two blocks, a tool call, text again; `a` and `b` stand in
// one text over two blocks, `c` in the tool's input, `d` behind it.
std::vector<std::string> lively(const std::string& a, const std::string& b, const std::string& c, const std::string& d) {
  return {start, event("ping"), block(0, R"({"type":"thinking","thinking":"","signature":""})"), delta(0, R"({"type":"thinking_delta","thinking":"h\u006d"})"),
          delta(0, R"({"type":"signature_delta","signature":"c2ln"})"), stop(0), block(1, text_block), text(1, "x " + a), stop(1),
          ": keep\n\n", block(2, text_block), text(2, b), stop(2), block(3, tool_block), input(3, R"({\"q\":\")"), event("ping"),
          input(3, c), input(3, R"(\"})"), stop(3), block(4, text_block), text(4, d), stop(4), ending};
}

std::string joined(const std::vector<std::string>& events) {
  std::string all;
  for (const std::string& e : events) all += e;
  return all;
}

struct outcome {
  std::string bytes;
  std::string how = "open";
  report seen{};
};

outcome run(const std::shared_ptr<const policy::compiled_policy>& policy, const std::vector<std::string_view>& chunks, const limits& limits = {}) {
  stream_guard guard(codec, {.model = "m", .streamed = true}, limits, policy);
  outcome got;
  for (std::size_t i = 0; i < chunks.size() && got.how == "open"; ++i) {
    const std::string copy(chunks[i]);
    const auto step = guard.on_bytes(copy, i + 1 == chunks.size());
    if (!step) {
      got.how = step.error().detail;
      got.bytes += guard.error_ending(step.error().code);
      continue;
    }
    got.bytes += step->bytes;
    if (step->what == stream_step::kind::stop) got.how = "stop";
    if (step->what == stream_step::kind::done) got.how = "done";
  }
  got.seen = guard.report();
  return got;
}

const auto& blocks_marker() {
  static const auto policy = compile({{.id = "R", .regex = "forbidden word", .message = "Stopped here."}});
  return policy;
}
const auto& redacts_marker() {
  static const auto policy = compile({{.id = "R", .regex = "forbidden word", .action = action::redact}});
  return policy;
}

std::string told(const outcome& o) {
  const auto& c = o.seen.coverage;
  return o.bytes + "\n" + o.how + " " + std::to_string(c.received) + "/" + std::to_string(c.scanned) + "/" + std::to_string(c.released) + " " + std::to_string(o.seen.leaked);
}

void expect_no_cut_call(const messages_view& seen) {
  for (const auto& b : seen.blocks) EXPECT_TRUE(b.type != "tool_use" || b.stopped) << "a cut tool call";
}

TEST(messages_stream, passes_what_is_clean_as_it_came) {
  const std::string bytes = joined(lively("fo", "r you", "fine", "more"));
  const auto got = run(blocks_marker(), {bytes});
  EXPECT_EQ(got.how, "done");
  const auto seen = read_messages_as_client(got.bytes);
  EXPECT_EQ(seen.text(), "x for youmore");
  EXPECT_EQ(seen.blocks[3].said, "{\"q\":\"fine\"}");
  EXPECT_EQ(seen.stop_reason, "end_turn");
  EXPECT_EQ(got.seen.coverage.received, got.seen.coverage.released);
}

TEST(messages_stream, every_pair_of_cuts_gives_the_same) {
  struct { const char* how; std::string bytes; std::shared_ptr<const policy::compiled_policy> policy; } const cases[] = {
      {"done", joined(lively("fo", "r you", "fine", "forbid")), blocks_marker()},
      {"stop", joined(lively("forbid", "den word y", "fine", "more")), blocks_marker()},
      {"stop", joined(lively("fo", "r", R"(forbid\\u0064en word)", "more")), blocks_marker()},
      {"done", joined(lively("forbid", "den word y", "forbidden word", "forbidden word")), redacts_marker()},
      {"the answer ended", joined(lively("fo", "r", "fine", "forbid")).substr(0, 1900), blocks_marker()},
  };
  std::size_t runs = 0;
  for (const auto& c : cases) {
    const std::string_view bytes = c.bytes;
    const auto whole = run(c.policy, {bytes});
    EXPECT_TRUE(whole.how.starts_with(c.how)) << whole.how << whole.bytes;
    EXPECT_EQ(whole.bytes.find("forbidden"), std::string::npos);
    expect_no_cut_call(read_messages_as_client(whole.bytes));
    for (std::size_t first = 0; first <= bytes.size(); first += 3) {
      for (std::size_t second = first; second <= bytes.size(); second += second < first + 6 ? 1 : 211, ++runs) {
        ASSERT_EQ(told(run(c.policy, {bytes.substr(0, first), bytes.substr(first, second - first), bytes.substr(second)})), told(whole)) << first << " " << second;
      }
    }
  }
  EXPECT_GT(runs, 30'000U);
}

// Blocked in each place: the client sees a whole message that a policy ended.
TEST(messages_stream, a_block_anywhere_ends_properly) {
  const std::vector<std::vector<std::string>> streams{
      lively("forbidden word", "b", "c", "d"), lively("a forbid", "den word", "c", "d"), lively("a", "b", "forbidden word", "d"), lively("a", "b", "c", "forbidden word")};
  const std::size_t blocks_before[] = {2, 3, 3, 5};
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const std::string bytes = joined(streams[i]);
    const auto got = run(blocks_marker(), {bytes});
    ASSERT_EQ(got.how, "stop");
    const auto seen = read_messages_as_client(got.bytes);
    EXPECT_TRUE(seen.terminated) << got.bytes;
    EXPECT_EQ(seen.stop_reason, "refusal");
    EXPECT_EQ(seen.explanation, "Stopped here.");
    EXPECT_EQ(got.bytes.find("forbid"), std::string::npos) << got.bytes;
    EXPECT_EQ(seen.blocks.size(), blocks_before[i] + 1) << "the policy's message";
    EXPECT_EQ(seen.blocks.back().said, "Stopped here.");
    expect_no_cut_call(seen);
    EXPECT_EQ(std::count_if(seen.blocks.begin(), seen.blocks.end(), [](const auto& b) { return b.type == "tool_use"; }), i == 3 ? 1 : 0);
    EXPECT_EQ(got.seen.leaked, 0U);
  }
  EXPECT_EQ(streams.size(), 4U);
}

// Behind a whole call no block begins: some clients carry it out only then.
TEST(messages_stream, a_block_behind_a_call_begins_no_other) {
  const std::string bytes = start + block(0, tool_block) + input(0, "{}") + stop(0) + block(1, R"({"type":"forbidden word"})");
  const auto seen = read_messages_as_client(run(blocks_marker(), {bytes}).bytes);
  EXPECT_EQ(seen.stop_reason, "refusal");
  ASSERT_EQ(seen.blocks.size(), 1U);
  EXPECT_EQ(seen.blocks[0].type, "tool_use");
}

TEST(messages_stream, an_end_at_any_event_shows_no_cut_call) {
  const auto events = lively("fo", "r", "fine", "more");
  std::size_t ends = 0;
  for (std::size_t n = 0; n < events.size(); ++n, ++ends) {
    const std::string bytes = joined({events.begin(), events.begin() + static_cast<std::ptrdiff_t>(n)});
    const auto got = run(blocks_marker(), {bytes});
    EXPECT_EQ(got.how, "the answer ended without its terminator");
    const auto seen = read_messages_as_client(got.bytes);
    expect_no_cut_call(seen);
    EXPECT_EQ(seen.error, "upstream_truncated");
    EXPECT_FALSE(seen.terminated);
    EXPECT_LE(got.seen.coverage.released, got.seen.coverage.received);
  }
  EXPECT_EQ(ends, 23U);
}

TEST(messages_stream, an_error_within_a_call_does_not_bring_it_out) {
  const std::string bytes = start + block(0, tool_block) + input(0, R"({\"q\":1)") + event("error", R"("error":{"type":"overloaded_error","message":"m"})");
  const auto seen = read_messages_as_client(run(blocks_marker(), {bytes}).bytes);
  EXPECT_TRUE(seen.blocks.empty());
}

TEST(messages_stream, the_first_event_may_be_what_is_blocked) {
  const std::string bytes = event("message_start", R"("message":{"id":"forbidden word","content":[]})");
  const auto seen = read_messages_as_client(run(blocks_marker(), {bytes}).bytes);
  EXPECT_TRUE(seen.terminated);
  EXPECT_EQ(seen.stop_reason, "refusal");
}

TEST(messages_stream, redacts_in_text_and_in_a_call_s_input) {
  const std::string bytes = joined(lively("forbid", "den word y", R"(a \\u0066orbidden word)", "forbidden word"));
  const auto got = run(redacts_marker(), {bytes});
  EXPECT_EQ(got.how, "done");
  const auto seen = read_messages_as_client(got.bytes);
  EXPECT_EQ(seen.text(), "x [REDACTED] y[REDACTED]");
  EXPECT_EQ(seen.blocks[3].said, "{\"q\":\"a [REDACTED]\"}");
}

// What clients would read differently.
TEST(messages_stream, refuses_what_is_ambiguous) {
  const std::string open = start + block(0, text_block);
  const std::string bad[] = {
      "data: {\"type\":\"ping\"}\n\n",
      "event: ping\ndata: {\"type\":\"message_stop\"}\n\n",
      "event: ping\ndata: [1]\n\n",
      block(0, text_block),
      start + start,
      start + block(1, text_block),
      start + block(0, R"({"type":"text","text":"x"})"),
      start + block(0, R"({"type":"thinking","thinking":"x"})"),
      start + event("content_block_start", R"("index":0)"),
      start + text(0, "x"),
      event("message_start", R"("message":{"content":[{"type":"text","text":"x"}]})"),
      event("message_start"),
      open + text(1, "x"),
      open + event("content_block_delta", R"("index":"0","delta":{"type":"text_delta","text":"x"})"),
      open + block(1, text_block),
      open + stop(1),
      open + stop(0) + stop(0),
      open + ending,
      open + input(0, "{}"),
      open + delta(0, R"({"type":"thinking_delta","thinking":"x"})"),
      open + delta(0, R"({"type":"text_delta","text":"x","partial_json":"{}"})"),
      open + delta(0, R"({"type":"new_delta","text":"x"})"),
      open + stop(0) + event("message_delta", R"("delta":{"stop_reason":"end_turn"})") + block(1, text_block),
      start + block(0, tool_block) + text(0, "x"),
      start + block(0, R"({"type":"thinking","thinking":""})") + delta(0, R"({"type":"signature_delta","signature":"s"})") +
          delta(0, R"({"type":"thinking_delta","thinking":"x"})") + delta(0, R"({"type":"signature_delta","signature":"s"})") + delta(0, R"({"type":"thinking_delta","thinking":"x"})"),
      start + block(0, R"({"type":"thinking","thinking":""})") + delta(0, R"({"type":"signature_delta","signature":"s"})") + delta(0, R"({"type":"signature_delta","signature":"t"})"),
  };
  for (const std::string& bytes : bad) {
    const auto got = run(blocks_marker(), {bytes});
    EXPECT_NE(got.how, "the answer ended without its terminator") << bytes;
    EXPECT_EQ(read_messages_as_client(got.bytes).error, "upstream_malformed") << bytes;
  }
  EXPECT_EQ(std::size(bad), 26U);
}

// Its signature says that a thinking went out with masks, however it is cut; of one
// that did not, it is what came.
TEST(messages_stream, marks_the_signature_of_a_masked_thinking) {
  for (const std::string& signature : {std::string("c2ln"), std::string(300, 'A')}) {
    for (const bool masked : {false, true}) {
      const std::string said = masked ? "a forbidden word b" : "a fine word b";
      for (std::size_t cut = 0; cut < said.size(); ++cut) {
        std::string bytes = start + block(0, R"({"type":"thinking","thinking":"","signature":""})");
        for (const std::string& piece : {said.substr(0, cut), said.substr(cut)}) bytes += delta(0, R"({"type":"thinking_delta","thinking":")" + piece + "\"}");
        bytes += delta(0, R"({"type":"signature_delta","signature":")" + signature + "\"}") + stop(0) + block(1, R"({"type":"thinking","thinking":"","signature":""})") +
                 delta(1, R"({"type":"thinking_delta","thinking":"more"})") + delta(1, R"({"type":"signature_delta","signature":"bW9yZQ"})") + stop(1) + ending;
        const auto got = run(redacts_marker(), {bytes});
        ASSERT_EQ(got.how, "done");
        EXPECT_NE(got.bytes.find("\"signature\":\"" + std::string(masked ? "stoplog-masked-" : "") + signature + "\""), std::string::npos) << got.bytes;
        EXPECT_NE(got.bytes.find(R"("signature":"bW9yZQ")"), std::string::npos) << "of each block its own";
        EXPECT_EQ(got.bytes.find("forbidden"), std::string::npos);
      }
    }
  }
}

TEST(messages_answer, marks_the_signature_of_a_masked_thinking) {
  const auto answer = [](const std::string& thinking, const std::string& signature) {
    return R"({"type":"message","content":[{"type":"thinking","thinking":")" + thinking + R"(","signature":")" + signature + R"("},{"type":"text","text":"x"}],"stop_reason":"end_turn"})";
  };
  for (const std::string& signature : {std::string("c2ln"), std::string(300, 'A')}) {
    EXPECT_EQ(inspect_answer(codec, {}, redacts_marker(), answer("a fine word", signature))->body, answer("a fine word", signature));
    EXPECT_EQ(inspect_answer(codec, {}, redacts_marker(), answer("a forbidden word", signature))->body, answer("a [REDACTED]", "stoplog-masked-" + signature));
  }
  // What is found in a signature itself is masked there.
  EXPECT_EQ(inspect_answer(codec, {}, redacts_marker(), answer("a forbidden word", "forbidden word"))->body, answer("a [REDACTED]", "[REDACTED]"));
}

// The client sends it back as it got it; the API gets its own form of a thinking that
// is not shown. Nothing in it escapes a rule by that.
TEST(messages_request, takes_the_mark_off_and_the_thinking_with_it) {
  const auto request = [](const std::string& thinking, const std::string& signature) {
    return R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":")" + thinking + R"(","signature":")" + signature +
           R"("},{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"r"}]}]})";
  };
  const auto sent = [](const std::string& body, const auto& policy) {
    request_guard guard(codec, {});
    EXPECT_TRUE(guard.read(body));
    return guard.inspect(policy)->body;
  };
  for (const std::string& signature : {std::string("c2ln"), std::string(300, 'A')}) {
    EXPECT_EQ(sent(request("a [REDACTED] b", "stoplog-masked-" + signature), redacts_marker()), request("", signature));
    EXPECT_EQ(sent(request("a fine word", signature), redacts_marker()), request("a fine word", signature));
    EXPECT_EQ(sent(request("a forbidden word", "stoplog-masked-" + signature), redacts_marker()), request("", signature));
    EXPECT_EQ(sent(request("a forbidden word", "stoplog-masked-" + signature), blocks_marker()), "");
  }
}

TEST(messages_stream, what_waits_has_a_limit) {
  std::string bytes = start + block(0, tool_block);
  for (int i = 0; i < 100; ++i) bytes += input(0, std::string(100, 'a'));
  const auto got = run(blocks_marker(), {bytes}, {.body_bytes = 10'000});
  EXPECT_EQ(got.how, "a part that goes out whole is longer than limits.body_bytes");
  EXPECT_TRUE(read_messages_as_client(got.bytes).blocks.empty());
}

TEST(messages_answer, texts_of_neighbouring_blocks_are_one) {
  const std::string body = R"({"type":"message","content":[{"type":"text","text":"a forbid"},{"type":"text","text":"den word b"}],"stop_reason":"end_turn","stop_sequence":null})";
  const auto blocked = inspect_answer(codec, {}, blocks_marker(), body);
  ASSERT_TRUE(blocked);
  EXPECT_EQ(blocked->body, R"({"type":"message","content":[{"type":"text","text":"Stopped here."}],"stop_reason":"refusal","stop_sequence":null})");
  const auto redacted = inspect_answer(codec, {}, redacts_marker(), body);
  ASSERT_TRUE(redacted);
  EXPECT_EQ(redacted->body, R"({"type":"message","content":[{"type":"text","text":"a [REDACTED]"},{"type":"text","text":" b"}],"stop_reason":"end_turn","stop_sequence":null})");
}

verdict verdict_of(const std::string& messages, const std::shared_ptr<const policy::compiled_policy>& policy = blocks_marker()) {
  request_guard guard(codec, {});
  const auto read = guard.read(R"({"model":"m","messages":)" + messages + "}");
  if (!read) return verdict::redact;  // refused
  const auto done = guard.inspect(policy);
  return done ? done->report.decision.verdict : verdict::redact;
}

TEST(messages_request, a_turn_of_several_messages_is_one_text) {
  EXPECT_EQ(verdict_of(R"([{"role":"user","content":"forbidden "},{"role":"user","content":[{"type":"text","text":"word"}]}])"), verdict::block);
  EXPECT_EQ(verdict_of(R"([{"role":"user","content":"forbidden "},{"role":"assistant","content":"word"}])"), verdict::allow);
  EXPECT_EQ(verdict_of(R"([{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"forbid"},{"type":"text","text":"den word"}]}]}])"), verdict::block);
  for (const char* bad : {"[]", "{}", "[1]", R"([{"content":"x"}])", R"([{"role":"robot","content":"x"}])", R"([{"role":"user","content":1}])", R"([{"role":"user","content":["x"]}])", R"([{"Role":"user","role":"user","content":"x"}])"}) {
    EXPECT_EQ(verdict_of(bad), verdict::redact) << bad;
  }
}

// What says that it is a text is read as it stands, however much it looks like data.
TEST(messages_request, a_text_source_is_a_text_and_coded_text_is_decoded) {
  const auto policy = compile({{.id = "R", .regex = "FORBIDDENWORD"}});
  const std::string long_text = std::string(300, 'A') + "FORBIDDENWORD";
  const auto document = [](const std::string& type, const std::string& data) {
    return R"([{"role":"user","content":[{"type":"document","source":{"type":")" + type + R"(","media_type":"text/plain","data":")" + data + "\"}}]}]";
  };
  EXPECT_EQ(verdict_of(document("text", long_text), policy), verdict::block);
  EXPECT_EQ(verdict_of(document("base64", "RkFJUiBGT1JCSURERU5XT1JE"), policy), verdict::block) << "FAIR FORBIDDENWORD, however short";
  EXPECT_EQ(verdict_of(document("base64", "no base64: FORBIDDENWORD"), policy), verdict::block);
}

}  // namespace
}  // namespace stoplog::guard
