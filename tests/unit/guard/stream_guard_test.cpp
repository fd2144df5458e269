#include "guard/stream_guard.hpp"

#include "dialect/openai/chat_codec.hpp"
#include "json/document.hpp"
#include "support/chat_client.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

using policy::action;
using policy::mode;
using support::client_view;
using support::compile;
using support::read_as_client;

using compiled = std::shared_ptr<const policy::compiled_policy>;

// What a client got, and how it ended.
struct outcome {
  std::string bytes;
  std::string ending;  // stop, done or an error's name
  report seen{};
};

struct run_options {
  stoplog::limits limits = {};
  dialect::request_facts asked = {.model = "m", .streamed = true};
  bool close = true;   // the upstream closes its answer properly at the end
};

outcome run(const compiled& policy, const std::vector<std::string_view>& chunks, const run_options& options = {}) {
  static const dialect::openai::chat_codec codec;
  stream_guard guard(codec, options.asked, options.limits, policy);
  outcome got;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const std::string copy(chunks[i]);  // dies: the guard may keep no view of it
    const auto step = guard.on_bytes(copy, options.close && i + 1 == chunks.size());
    if (!step) {
      got.bytes += guard.error_ending(step.error().code);
      got.ending = std::string(to_string(step.error().code)) + ": " + step.error().detail;
      break;
    }
    got.bytes += step->bytes;
    if (step->what == stream_step::kind::need_more) EXPECT_TRUE(step->bytes.empty());
    if (step->what == stream_step::kind::stop) {
      EXPECT_LE(step->ending_at, step->bytes.size());
      got.ending = "stop";
    }
    if (step->what == stream_step::kind::done) got.ending = "done";
    if (!got.ending.empty()) break;
  }
  got.seen = guard.report();
  return got;
}

outcome run(const compiled& policy, std::string_view bytes, const run_options& options = {}) {
  return run(policy, std::vector<std::string_view>{bytes}, options);
}

std::string event(const std::string& delta, const std::string& finish = "null", int choice = 0) {
  return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"m-1\",\"choices\":[{\"index\":" +
         std::to_string(choice) + ",\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
}

std::string text_event(const std::string& text, int choice = 0) { return event("{\"content\":\"" + text + "\"}", "null", choice); }

const std::string done_event = "data: [DONE]\n\n";
const std::string finish_event = event("{}", "\"stop\"");

const compiled& blocks_marker() {
  static const compiled policy = compile({{.id = "R", .regex = "forbidden word", .message = "Stopped here."}});
  return policy;
}

const compiled& redacts_marker() {
  static const compiled policy = compile({{.id = "R", .regex = "forbidden word", .action = action::redact}});
  return policy;
}

TEST(stream_guard, passes_untouched_events_as_the_bytes_that_came) {
  const std::string bytes = "data:  {\"choices\" : [ {\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hi \\u0041\"}} ] }\r\n\r\n" +
                            text_event("there") + "data: {\"choices\":[{\"index\":0,\"delta\":\ndata: {\"content\":\"!\"}}]}\n\n" + finish_event +
                            done_event;
  const outcome got = run(blocks_marker(), bytes);
  EXPECT_EQ(got.bytes, bytes);
  EXPECT_EQ(got.ending, "done");
  EXPECT_EQ(got.seen.decision.verdict, verdict::allow);
  EXPECT_TRUE(got.seen.coverage.complete());
  EXPECT_EQ(got.seen.coverage.received, got.seen.coverage.released);
}

TEST(stream_guard, blocks_without_a_byte_of_the_match_and_ends_so_that_a_client_sees_it) {
  const std::string bytes = event("{\"role\":\"assistant\",\"content\":\"\"}") + text_event("clean for") + text_event("bidden wo") +
                            text_event("rd and more") + finish_event + done_event;
  const outcome got = run(blocks_marker(), bytes);
  EXPECT_EQ(got.ending, "stop");
  const client_view seen = read_as_client(got.bytes);
  EXPECT_EQ(seen.content[0], "clean Stopped here.");
  EXPECT_EQ(seen.finish[0], "content_filter");
  EXPECT_TRUE(seen.terminated);
  EXPECT_EQ(got.seen.decision.verdict, verdict::block);
  EXPECT_EQ(got.seen.leaked, 0U);
  ASSERT_EQ(got.seen.decision.findings.size(), 1U);
  const policy::finding& f = got.seen.decision.findings[0];
  EXPECT_EQ(f.path, "choices[0].delta.content");
  EXPECT_EQ(f.span, (match::text_span{6, 20}));
  EXPECT_EQ(f.fingerprint, blocks_marker()->fingerprint("forbidden word"));
  EXPECT_EQ(f.enforced, verdict::block);
  EXPECT_TRUE(f.excerpt.empty());
}

TEST(stream_guard, keeps_the_ending_apart_from_what_was_clean) {
  static const dialect::openai::chat_codec codec;
  stream_guard guard(codec, {}, {}, blocks_marker());
  const std::string clean = text_event("fine");
  const auto step = guard.on_bytes(clean + text_event("forbidden word"), false);
  ASSERT_TRUE(step);
  ASSERT_EQ(step->what, stream_step::kind::stop);
  EXPECT_EQ(step->bytes.substr(0, step->ending_at), clean);
  EXPECT_NE(step->bytes.substr(step->ending_at).find("content_filter"), std::string::npos);
}

TEST(stream_guard, redacts_across_events_and_flushes_before_the_finish) {
  const std::string bytes = text_event("a forbid") + text_event("den word, then for") + finish_event + done_event;
  const outcome got = run(redacts_marker(), bytes);
  EXPECT_EQ(got.ending, "done");
  const client_view seen = read_as_client(got.bytes);
  EXPECT_EQ(seen.content[0], "a [REDACTED], then for");
  EXPECT_EQ(seen.finish[0], "stop");
  EXPECT_TRUE(seen.terminated);
  EXPECT_EQ(got.seen.decision.verdict, verdict::redact);
  EXPECT_EQ(got.seen.coverage.received - got.seen.coverage.released, 14U) << "the masked bytes";
  EXPECT_TRUE(got.seen.coverage.complete());
}

TEST(stream_guard, flushes_into_the_finishing_event_when_it_has_text) {
  const std::string bytes = text_event("so for") + event("{\"content\":\"eign\"}", "\"stop\"") + done_event;
  const outcome got = run(redacts_marker(), bytes);
  EXPECT_EQ(got.bytes, text_event("so ") + event("{\"content\":\"foreign\"}", "\"stop\"") + done_event);
}

TEST(stream_guard, flushes_before_done_when_nothing_finished) {
  const outcome got = run(redacts_marker(), text_event("so for") + done_event);
  EXPECT_EQ(read_as_client(got.bytes).content[0], "so for");
  EXPECT_EQ(got.ending, "done");
}

TEST(stream_guard, flushes_before_the_usage_chunk) {
  const std::string usage = "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n";
  const outcome got = run(redacts_marker(), text_event("so for") + usage + done_event);
  EXPECT_TRUE(got.bytes.ends_with(usage + done_event));
  EXPECT_EQ(read_as_client(got.bytes).content[0], "so for");
}

TEST(stream_guard, changes_nothing_in_shadow_and_records_what_it_would_have_done) {
  const compiled policy = compile({{.id = "B", .regex = "forbidden word", .mode = mode::shadow},
                                   {.id = "O", .regex = "forbidden", .action = action::observe}});
  const std::string bytes = text_event("a forbid") + text_event("den word") + finish_event + done_event;
  const outcome got = run(policy, bytes);
  EXPECT_EQ(got.bytes, bytes);
  EXPECT_EQ(got.seen.decision.verdict, verdict::allow);
  ASSERT_EQ(got.seen.decision.findings.size(), 2U);
  for (const auto& f : got.seen.decision.findings) {
    EXPECT_EQ(f.enforced, verdict::allow);
    EXPECT_EQ(f.would, policy->rules()[f.rule].id == "B" ? verdict::block : verdict::allow);
    EXPECT_EQ(f.fingerprint.size(), 32U);
  }
}

TEST(stream_guard, a_cut_tool_call_cannot_be_carried_out) {
  const std::string begin = event(R"({"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"write_file","arguments":""}}]})");
  const auto piece = [](const std::string& json) { return event("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"" + json + "\"}}]}"); };
  // Cut in a string, after a whole object, and before anything.
  const std::vector<std::vector<std::string>> cases{{"{\\\"a\\\":\\\"x", " forbidden word\\\"}"}, {"{\\\"a\\\":1}", "forbidden word"}, {"forbidden word"}};
  for (const auto& pieces : cases) {
    std::string bytes = begin;
    for (const auto& p : pieces) bytes += piece(p);
    const outcome got = run(blocks_marker(), bytes + event("{}", "\"tool_calls\"") + done_event);
    EXPECT_EQ(got.ending, "stop");
    const client_view seen = read_as_client(got.bytes);
    EXPECT_EQ(seen.finish[0], "content_filter");
    EXPECT_NE(seen.names[0], "write_file");
    EXPECT_TRUE(seen.names[0].ends_with("stopped_by_policy"));
    EXPECT_FALSE(json::reader().read(seen.arguments[0])) << seen.arguments[0];
    EXPECT_EQ(got.bytes.find("forbidden"), std::string::npos);
  }
}

TEST(stream_guard, a_tool_call_that_begins_in_the_deciding_event_is_never_told) {
  const std::string bytes = event(R"({"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"forbidden word","arguments":""}}]})", "\"tool_calls\"");
  const outcome got = run(blocks_marker(), bytes + done_event);
  EXPECT_EQ(got.ending, "stop");
  EXPECT_EQ(got.bytes.find("tool_calls"), std::string::npos) << got.bytes;
  EXPECT_EQ(read_as_client(got.bytes).finish[0], "content_filter");
}

TEST(stream_guard, sees_escapes_within_the_arguments) {
  const compiled policy = compile({{.id = "R", .regex = "\\bforbidden\\b", .action = action::redact}});
  // The arguments' own JSON says \u0066orbidden and \nforbidden.
  const std::string bytes = event(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":\"\\u0066orb"}}]})") +
                            event(R"({"tool_calls":[{"index":0,"function":{"arguments":"idden\\nforbidden \\"}}]})") +
                            event(R"({"tool_calls":[{"index":0,"function":{"arguments":"\"x\\u00e9\\ud83d\\ude00\"}"}}]})") + event("{}", "\"tool_calls\"") + done_event;
  const outcome got = run(policy, bytes);
  EXPECT_EQ(got.ending, "done");
  EXPECT_EQ(read_as_client(got.bytes).arguments[0], R"({"a":"[REDACTED]\n[REDACTED] \"x\u00e9\ud83d\ude00"})");
  EXPECT_EQ(got.seen.decision.findings.size(), 2U);
}

TEST(stream_guard, ends_every_choice_that_is_not_finished) {
  run_options options;
  options.asked.choices = 3;
  options.asked.wants_usage = true;
  const std::string bytes = text_event("one", 0) + event("{}", "\"stop\"", 0) + text_event("two", 1) + text_event("forbidden word", 1);
  const outcome got = run(blocks_marker(), bytes, options);
  const client_view seen = read_as_client(got.bytes);
  EXPECT_EQ(seen.finish[0], "stop");
  EXPECT_EQ(seen.finish[1], "content_filter");
  EXPECT_EQ(seen.finish[2], "content_filter");
  EXPECT_EQ(seen.content[1], "twoStopped here.");
  EXPECT_NE(got.bytes.find("\"usage\":{"), std::string::npos);
  EXPECT_TRUE(seen.terminated);
}

TEST(stream_guard, guards_the_tail_alone_on_each_lane) {
  match::expression asked{.parts = {{.regex = R"(\bwrite\b.*\bforbidden word\b)"}}, .guards_tail = true};
  const compiled policy = compile({{.id = "B", .match = asked}});
  const std::string bytes = text_event("write me", 0) + text_event("forbidden word, yes", 1) + text_event(" a forb", 0) + text_event("idden ", 0) +
                            event(R"({"reasoning_content":"forbidden word"})") + text_event("word, and", 0) + finish_event + done_event;
  const outcome got = run(policy, bytes);
  EXPECT_EQ(got.ending, "stop");
  const client_view seen = read_as_client(got.bytes);
  EXPECT_EQ(seen.content[0].find("write me a "), 0U) << seen.content[0];
  EXPECT_EQ(seen.content[0].find("forb"), std::string::npos) << seen.content[0];
  EXPECT_EQ(seen.content[1].find("forbidden word, yes"), 0U) << "the verb was another choice's";
  EXPECT_EQ(got.seen.leaked, 0U);
  ASSERT_EQ(got.seen.decision.findings.size(), 1U);
  const policy::finding& f = got.seen.decision.findings[0];
  EXPECT_EQ(f.span, (match::text_span{11, 25}));
  EXPECT_EQ(f.fingerprint, policy->fingerprint("forbidden word"));
}

TEST(stream_guard, lanes_do_not_run_into_each_other) {
  const std::string bytes = text_event("for", 0) + text_event("bidden word", 1) +
                            event(R"({"reasoning_content":"forbidden","content":" word"})") + done_event;
  EXPECT_EQ(run(blocks_marker(), bytes).ending, "done");
}

TEST(stream_guard, drops_what_is_held_when_the_upstream_breaks_off) {
  const outcome got = run(blocks_marker(), text_event("clean for"));
  EXPECT_TRUE(got.ending.starts_with("upstream_truncated"));
  const client_view seen = read_as_client(got.bytes);
  EXPECT_EQ(seen.content[0], "clean ");
  EXPECT_EQ(seen.error, "upstream_truncated");
  EXPECT_FALSE(seen.terminated);
  EXPECT_EQ(got.seen.coverage.received - got.seen.coverage.released, 3U);
}

TEST(stream_guard, forwards_nothing_after_the_terminator) {
  const outcome got = run(blocks_marker(), text_event("x") + "data: [DONE] forbidden\n\n" + text_event("late"));
  EXPECT_EQ(got.bytes, text_event("x") + done_event);
}

TEST(stream_guard, comments_lose_their_text_and_odd_fields_are_left_out) {
  const std::string odd = ": forbidden word\n\nid: forbidden word\ndata: {\"choices\":[]}\n\nretry: 5\n\nnew: forbidden word\n\n";
  const outcome got = run(blocks_marker(), odd + done_event);
  EXPECT_EQ(got.bytes, ":\n\ndata: {\"choices\":[]}\n\n" + done_event);
  EXPECT_EQ(run(blocks_marker(), "event: forbidden word\ndata: {\"choices\":[]}\n\n").ending, "stop");
  EXPECT_EQ(run(redacts_marker(), "event: forbidden word\ndata: {\"choices\":[]}\n\n" + done_event).bytes, "data: {\"choices\":[]}\n\n" + done_event);
}

TEST(stream_guard, logprobs_go_only_with_untouched_text) {
  const auto logged = [](const std::string& text, const std::string& tokens) {
    return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"},\"logprobs\":{\"content\":" + tokens + "},\"finish_reason\":null}]}\n\n";
  };
  const std::string clean = logged("ab c", R"([{"token":"ab","logprob":-1},{"token":" c","logprob":-2}])");
  EXPECT_EQ(run(blocks_marker(), clean + done_event).bytes, clean + done_event);
  const std::string held = logged("x for", R"([{"token":"x for","logprob":-1}])");
  const outcome got = run(blocks_marker(), held + text_event("mal") + done_event);
  EXPECT_EQ(got.bytes, logged("x ", "null") + text_event("formal") + done_event);
  const std::string other = logged("ab", R"([{"token":"forb","logprob":-1}])");
  EXPECT_EQ(run(blocks_marker(), other + done_event).bytes, logged("ab", "null") + done_event);
  const compiled shadow = compile({{.id = "B", .regex = "forbidden word", .mode = mode::shadow}});
  EXPECT_EQ(run(shadow, other + done_event).bytes, other + done_event);
}

TEST(stream_guard, unknown_members_of_a_delta_are_lanes_too) {
  const auto strange = [](const std::string& text) { return event(R"({"new_thing":[{"index":3,"type":"t","deep":{"say":")" + text + "\"}}]}"); };
  const outcome got = run(redacts_marker(), strange("a forbid") + strange("den word for") + finish_event + done_event);
  EXPECT_EQ(got.ending, "done");
  EXPECT_NE(got.bytes.find(R"("say":"a "})"), std::string::npos) << got.bytes;
  EXPECT_NE(got.bytes.find(R"("say":"[REDACTED] "})"), std::string::npos) << got.bytes;
  EXPECT_NE(got.bytes.find(R"({"new_thing":[{"index":3,"type":"t","deep":{"say":"for"}}]})"), std::string::npos) << got.bytes;
}

TEST(stream_guard, excerpts_keep_context_without_what_others_found) {
  const compiled policy = compile({.rules = {{.id = "O", .regex = "needle", .action = action::observe}, {.id = "S", .regex = "secret[0-9]", .action = action::redact}},
                                   .capture = policy::capture::excerpt,
                                   .capture_context = 20});
  const outcome got = run(policy, text_event("\\u00e9t\\u00e9 secret1 and needle here") + done_event);
  ASSERT_EQ(got.seen.decision.findings.size(), 2U);
  for (const auto& f : got.seen.decision.findings) {
    if (policy->rules()[f.rule].id == "O") EXPECT_EQ(f.excerpt, "\xC3\xA9t\xC3\xA9 [...] and needle here");
  }
}

struct limit_case {
  const char* name;
  std::string bytes;
  std::string ending;
};

TEST(stream_guard, every_limit_is_crossed) {
  run_options options;
  options.limits.event_bytes = 400;
  options.limits.stream_bytes = 4000;
  options.limits.channels = 3;
  options.limits.held_bytes = 12;
  options.limits.json_depth = 6;
  std::string many;
  for (int i = 0; i < 40; ++i) many += text_event("x");
  const limit_case cases[] = {
      {"event", text_event(std::string(400, 'x')), "upstream_malformed: an event is larger than limits.event_bytes"},
      {"stream", many, "upstream_malformed: the answer is longer than limits.stream_bytes"},
      {"channels", text_event("a", 0) + text_event("a", 1) + text_event("a", 2) + text_event("a", 3), "upstream_malformed: more channels than limits.channels"},
      {"held", text_event("forbidden wor"), "evaluation_failed: more text is held back than limits.held_bytes"},
      {"held over lanes", text_event("forbidd", 0) + text_event("forbidd", 1), "evaluation_failed: more text is held back than limits.held_bytes"},
      {"depth", event("{\"a\":[[[1]]]}"), "upstream_malformed: an event's data: nested deeper than limits.json_depth"},
  };
  for (const limit_case& c : cases) {
    const outcome got = run(blocks_marker(), c.bytes + done_event, options);
    EXPECT_EQ(got.ending, c.ending) << c.name;
    for (std::size_t cut = 0; cut <= c.bytes.size(); ++cut) {
      const std::string_view whole = c.bytes;
      ASSERT_EQ(run(blocks_marker(), {whole.substr(0, cut), whole.substr(cut), done_event}, options).bytes, got.bytes) << c.name << cut;
    }
  }
  EXPECT_EQ(run(blocks_marker(), text_event("forbidden wo") + done_event, options).ending, "done");
}

TEST(stream_guard, on_error_allow_passes_what_was_held_and_says_that_it_was_not_scanned) {
  run_options options;
  options.limits.held_bytes = 5;
  const compiled policy = compile({.rules = {{.id = "R", .regex = "forbidden word"}}, .on_error = policy::on_error::allow});
  const outcome got = run(policy, text_event("a forbid") + text_event("den word") + finish_event + done_event, options);
  EXPECT_EQ(got.ending, "done");
  EXPECT_EQ(read_as_client(got.bytes).content[0], "a forbidden word");
  EXPECT_FALSE(got.seen.coverage.complete());
  EXPECT_EQ(got.seen.coverage.received - got.seen.coverage.scanned, 14U);
}

TEST(stream_guard, refuses_what_it_cannot_understand) {
  const std::vector<std::string> cases{
      "data: hello\n\n", "data: [1]\n\n", "data: {\"choices\":[{\"index\":-1,\"delta\":{}}]}\n\n", "data: {\"a\":1,\"a\":2}\n\n",
      "data: {\"choices\":[{\"index\":0.5,\"delta\":{}}]}\n\n", "data: {\"choices\":[{\"index\":9999,\"delta\":{}}]}\n\n",
      finish_event + text_event("late"), text_event("x") + finish_event + text_event("late"),
      event(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"get_"}}]})") + event(R"({"tool_calls":[{"index":0,"function":{"name":"time"}}]})"),
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"\":\"x\"}}]}\n\n", "data: {\"x\":\"\xFF\"}\n\n",
  };
  for (const auto& bytes : cases) EXPECT_TRUE(run(blocks_marker(), bytes).ending.starts_with("upstream_malformed")) << bytes;
  EXPECT_EQ(cases.size(), 11U);
}

}  // namespace
}  // namespace stoplog::guard
