// Streamed Responses through the guard: what a client puts together from its
// typed events, however they are cut and wherever a policy ends them.
#include "dialect/responses/codec.hpp"
#include "guard/stream_guard.hpp"
#include "json/writer.hpp"
#include "support/policies.hpp"
#include "support/responses_client.hpp"
#include "support/samples/responses.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

using policy::action;
using support::compile;
using support::read_response;
using support::response_view;

using compiled = std::shared_ptr<const policy::compiled_policy>;

const dialect::responses::responses_codec codec;

struct outcome {
  std::string bytes;
  std::string ending = "open";
  report seen{};
};

outcome run(const compiled& policy, const std::vector<std::string_view>& chunks, bool close = true) {
  stream_guard guard(codec, {}, {}, policy);
  outcome got;
  for (std::size_t i = 0; i < chunks.size() && got.ending == "open"; ++i) {
    const std::string copy(chunks[i]);
    const auto step = guard.on_bytes(copy, close && i + 1 == chunks.size());
    if (!step) {
      got.bytes += guard.error_ending(step.error().code);
      got.ending = step.error().detail;
      break;
    }
    got.bytes += step->bytes;
    if (step->what == stream_step::kind::stop) got.ending = "stop";
    if (step->what == stream_step::kind::done) got.ending = "done";
  }
  got.seen = guard.report();
  return got;
}

outcome run(const compiled& policy, std::string_view bytes) { return run(policy, std::vector<std::string_view>{bytes}); }

// A stream as a model sends it: items of texts that come in pieces.
class script {
 public:
  script() { add("response.created", response("in_progress")); }

  script& message(const std::vector<std::string>& pieces) {
    open(R"({"type":"message","id":"m)" + std::to_string(output_) + R"(","role":"assistant","status":"in_progress","content":[]})");
    add("response.content_part.added", place() + R"("content_index":0,"part":)" + part(""));
    for (const auto& p : pieces) add("response.output_text.delta", place() + R"("content_index":0,"logprobs":[],"delta":)" + quoted(p));
    const std::string whole = joined(pieces);
    add("response.output_text.done", place() + R"("content_index":0,"logprobs":[],"text":)" + quoted(whole));
    add("response.content_part.done", place() + R"("content_index":0,"part":)" + part(whole));
    return close(R"({"type":"message","id":"m)" + std::to_string(output_) + R"(","role":"assistant","status":"completed","content":[)" + part(whole) + "]}");
  }

  script& reasoning(const std::vector<std::string>& pieces) {
    const std::string id = R"({"type":"reasoning","id":"m)" + std::to_string(output_) + "\",";
    const auto summary = [](const std::string& t) { return R"({"type":"summary_text","text":)" + quoted(t) + "}"; };
    open(id + R"("summary":[]})");
    add("response.reasoning_summary_part.added", place() + R"("summary_index":0,"part":)" + summary(""));
    for (const auto& p : pieces) add("response.reasoning_summary_text.delta", place() + R"("summary_index":0,"delta":)" + quoted(p));
    add("response.reasoning_summary_text.done", place() + R"("summary_index":0,"text":)" + quoted(joined(pieces)));
    add("response.reasoning_summary_part.done", place() + R"("summary_index":0,"part":)" + summary(joined(pieces)));
    return close(id + R"("summary":[)" + summary(joined(pieces)) + "]}");
  }

  script& call(const std::vector<std::string>& pieces, const std::string& type = "function_call", const std::string& member = "arguments") {
    const auto item = [&](const std::string& a) {
      return R"({"type":")" + type + R"(","id":"m)" + std::to_string(output_) + R"(","call_id":"c","name":"f",")" + member + "\":" + quoted(a) + "}";
    };
    const std::string stem = "response." + type + "_" + member;
    open(item(""));
    for (const auto& p : pieces) add(stem + ".delta", place() + "\"delta\":" + quoted(p));
    add(stem + ".done", place() + "\"" + member + "\":" + quoted(joined(pieces)));
    return close(item(joined(pieces)));
  }

  std::string end() {
    add("response.completed", response("completed"));
    return bytes_;
  }

 private:
  static std::string quoted(const std::string& text) {
    std::string out;
    json::append_string(out, text);
    return out;
  }
  static std::string joined(const std::vector<std::string>& pieces) {
    std::string all;
    for (const auto& p : pieces) all += p;
    return all;
  }
  static std::string part(const std::string& text) { return R"({"type":"output_text","text":)" + quoted(text) + R"(,"annotations":[],"logprobs":[]})"; }
  std::string place() const { return R"("item_id":"m)" + std::to_string(output_) + R"(","output_index":)" + std::to_string(output_) + ","; }
  std::string response(const std::string& status) const {
    return R"("response":{"id":"r1","object":"response","created_at":5,"status":")" + status + R"(","model":"m-1","error":null,"incomplete_details":null,"tools":[],"output":[)" + done_ + "]}";
  }
  void open(const std::string& item) { add("response.output_item.added", R"("output_index":)" + std::to_string(output_) + ",\"item\":" + item); }
  script& close(const std::string& item) {
    done_ += (done_.empty() ? "" : ",") + item;
    add("response.output_item.done", R"("output_index":)" + std::to_string(output_++) + ",\"item\":" + item);
    return *this;
  }
  void add(const std::string& type, const std::string& rest) {
    bytes_ += "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":" + std::to_string(number_++) + "," + rest + "}\n\n";
  }

  std::string bytes_;
  std::string done_;
  int output_ = 0;
  int number_ = 0;
};

std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> each;
  for (const char c : text) each.emplace_back(1, c);
  return each;
}

const compiled& blocks_marker() {
  static const compiled policy = compile({{.id = "R", .regex = "forbidden word", .message = "Stopped here."}});
  return policy;
}

const compiled& redacts_marker() {
  static const compiled policy = compile({{.id = "R", .regex = "forbidden word", .action = action::redact}});
  return policy;
}

TEST(responses_stream, passes_untouched_events_as_the_bytes_that_came) {
  const std::string bytes = script().reasoning({"hm", "m"}).message({"Hi ", "there"}).call({"{\"a\"", ":1}"}).end();
  const outcome got = run(blocks_marker(), bytes + "data: [DONE]\n\n");
  EXPECT_EQ(got.bytes, bytes);
  EXPECT_EQ(got.ending, "done");
  EXPECT_TRUE(got.seen.coverage.complete());
  EXPECT_EQ(got.seen.coverage.received, got.seen.coverage.released);
}

TEST(responses_stream, what_is_held_comes_before_its_done_event_and_events_stay_numbered) {
  const outcome got = run(blocks_marker(), script().message({"so for"}).reasoning({"forbid"}).call({"{\"a\":\"forb\"}"}).message({"x f"}).end());
  EXPECT_EQ(got.ending, "done");
  const response_view seen = read_response(got.bytes);
  EXPECT_EQ(seen.items.at(0).texts.at("content[0]").said, "so for");
  EXPECT_EQ(seen.items.at(1).texts.at("summary[0]").said, "forbid");
  EXPECT_EQ(seen.items.at(2).texts.at("call").said, "{\"a\":\"forb\"}");
  EXPECT_EQ(seen.status, "completed");
}

// Deltas, done events, items and the last response say the same.
TEST(responses_stream, redacts_what_is_said_again_as_it_redacted_what_was_said) {
  for (const bool single : {false, true}) {
    const auto pieces = [&](const std::string& text) { return single ? characters(text) : std::vector<std::string>{text.substr(0, 6), text.substr(6)}; };
    const outcome got = run(redacts_marker(), script().reasoning(pieces("a forbidden word, hm")).message(pieces("a forbidden word, then for"))
                                                  .call(pieces("{\"a\":\"forbidden word\"}")).call(pieces("forbidden word!"), "custom_tool_call", "input").end());
    EXPECT_EQ(got.ending, "done");
    const response_view seen = read_response(got.bytes);
    EXPECT_EQ(seen.items.at(0).texts.at("summary[0]").said, "a [REDACTED], hm");
    EXPECT_EQ(seen.items.at(1).texts.at("content[0]").said, "a [REDACTED], then for");
    EXPECT_EQ(seen.items.at(2).texts.at("call").said, "{\"a\":\"[REDACTED]\"}");
    EXPECT_EQ(seen.output.at(1).second, "a [REDACTED], then for");
    EXPECT_EQ(seen.output.at(3).second, "[REDACTED]!");
    EXPECT_EQ(got.bytes.find("bidden"), std::string::npos);
    EXPECT_EQ(got.seen.decision.findings.size(), 4U) << "each is found once";
    EXPECT_EQ(got.seen.decision.findings.at(1).path, "output[1].content[0].text");
  }
}

TEST(responses_stream, a_done_event_that_says_something_else_is_judged_for_itself) {
  std::string bytes = script().message({"fine"}).end();
  for (std::size_t at = bytes.find("\"text\":\"fine\""); at != std::string::npos; at = bytes.find("\"text\":\"fine\"")) bytes.replace(at, 13, "\"text\":\"forbidden word\"");
  const outcome got = run(blocks_marker(), bytes);
  EXPECT_EQ(got.ending, "stop");
  EXPECT_EQ(got.bytes.find("forbidden"), std::string::npos);
  EXPECT_EQ(read_response(got.bytes).status, "incomplete");
}

void expect_ended(const outcome& got, const std::string& what) {
  SCOPED_TRACE(what);
  const response_view seen = read_response(got.bytes);
  EXPECT_EQ(got.bytes.find("forbidden"), std::string::npos) << got.bytes;
  EXPECT_EQ(seen.last, "response.incomplete");
  EXPECT_EQ(seen.status, "incomplete");
  EXPECT_EQ(seen.reason, "content_filter");
  EXPECT_EQ(got.seen.leaked, 0U);
  std::size_t done = 0;
  for (const auto& [output, item] : seen.items) {
    const bool speaks = item.type == "message" || item.type == "reasoning";
    if (speaks) EXPECT_TRUE(item.done) << output;
    for (const auto& [place, text] : item.texts) {
      if (speaks) EXPECT_EQ(text.done, text.said) << place;
      const bool whole = item.type != "function_call" || item.done || !json::reader().read(text.said);
      EXPECT_TRUE(whole) << "a call that was cut could be carried out: " << text.said;
    }
    done += item.done ? 1 : 0;
  }
  EXPECT_EQ(seen.output.size(), done) << "the response has what was done, and nothing else";
}

// The stream is ended at each of its events in turn, by a marker in each of its strings.
TEST(responses_stream, ends_well_at_every_point) {
  const std::string whole = script().reasoning({"in", " short"}).message({"one", "two"}).call({"{\"a\":\"", "x\"}"}).message({"three"})
                                .call({"raw"}, "custom_tool_call", "input").call({"{}"}, "mcp_call").end();
  std::size_t ended = 0;
  json::reader reader;
  for (std::size_t begin = 0; begin < whole.size(); begin = whole.find("\n\n", begin) + 2) {
    const std::size_t data = whole.find("data: ", begin) + 6;
    const std::string event = whole.substr(data, whole.find("\n\n", data) - data);
    const json::document& d = **reader.read(event);
    for (json::node_id id = 0; id < d.size(); ++id) {
      if (d[id].kind != json::kind::string || d[id].key == "type") continue;
      json::edits edits;
      edits.replace_string(id, std::string(d[id].text) + " forbidden word");
      const outcome got = run(blocks_marker(), whole.substr(0, data) + edits.apply(d) + "\n\n");
      ASSERT_EQ(got.ending, "stop") << d.path(id);
      expect_ended(got, event.substr(0, 60) + " " + d.path(id));
      ++ended;
    }
  }
  EXPECT_EQ(ended, 113U);
}

TEST(responses_stream, says_the_policy_s_word_where_the_text_was_or_in_a_message_of_its_own) {
  const response_view in_it = read_response(run(blocks_marker(), script().message({"so ", "forbidden word"}).end()).bytes);
  EXPECT_EQ(in_it.items.at(0).texts.at("content[0]").said, "so Stopped here.");
  EXPECT_EQ(in_it.output, (std::vector<std::pair<std::string, std::string>>{{"message", "so Stopped here."}}));
  const response_view after = read_response(run(blocks_marker(), script().reasoning({"so ", "forbidden word"}).end()).bytes);
  EXPECT_EQ(after.items.at(0).texts.at("summary[0]").said, "so ");
  EXPECT_EQ(after.output, (std::vector<std::pair<std::string, std::string>>{{"reasoning", "so "}, {"message", "Stopped here."}}));
}

TEST(responses_stream, an_upstream_that_breaks_off_ends_with_an_error) {
  const std::string whole = script().message({"clean for", "eign"}).end();
  for (std::size_t cut = 0; cut + 1 < whole.size(); ++cut) {
    const outcome got = run(blocks_marker(), std::string_view(whole).substr(0, cut));
    const response_view seen = read_response(got.bytes);
    ASSERT_EQ(seen.error, "upstream_truncated") << cut;
    ASSERT_EQ(seen.last, "error");
  }
}

TEST(responses_stream, no_cut_changes_anything) {
  const std::string marked = script().reasoning({"a for", "bidden word"}).message(characters("the forbidden w\xC3\xB6rd, a forbidden word")).call({"{\"a\":\"\\u0066orb", "idden word\"}"}).end();
  std::size_t runs = 0;
  for (const compiled& policy : {blocks_marker(), redacts_marker()}) {
    const std::string_view bytes = marked;
    const outcome whole = run(policy, bytes);
    for (std::size_t first = 1; first < bytes.size(); first += 3, ++runs) {
      const outcome got = run(policy, {bytes.substr(0, first), bytes.substr(first, 1), bytes.substr(first + 1)});
      ASSERT_EQ(got.bytes, whole.bytes) << first;
      ASSERT_EQ(got.ending, whole.ending);
      ASSERT_EQ(got.seen.decision.findings.size(), whole.seen.decision.findings.size());
    }
    std::vector<std::string_view> single;
    for (std::size_t at = 0; at < bytes.size(); ++at) single.push_back(bytes.substr(at, 1));
    EXPECT_EQ(run(policy, single).bytes, whole.bytes);
  }
  EXPECT_GT(runs, 2'000U);
}

TEST(responses_stream, the_text_may_be_cut_into_events_anywhere) {
  const std::string text = "a forbidden word, forbidden; forbidden word";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); second += 3) {
      const auto pieces = std::vector<std::string>{text.substr(0, first), text.substr(first, second - first), text.substr(second)};
      const response_view seen = read_response(run(redacts_marker(), script().message(pieces).end()).bytes);
      ASSERT_EQ(seen.items.at(0).texts.at("content[0]").said, "a [REDACTED], forbidden; [REDACTED]") << first << " " << second;
    }
  }
}

TEST(responses_stream, refuses_what_it_cannot_understand) {
  const std::string begin = "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{}}\n\n";
  const std::string place = R"("item_id":"m","output_index":0,"content_index":0,)";
  const std::vector<std::string> cases{
      "data: [DONE]\n\n", "data: [1]\n\n", "event: response.completed\ndata: {\"type\":\"response.created\"}\n\n",
      "data: {\"type\":\"response.output_text.delta\"," + place + "\"delta\":\"a\"}\n\ndata: {\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{}}\n\n"
      "data: {\"type\":\"response.output_text.delta\"," + place + "\"delta\":\"late\"}\n\n",
  };
  for (const auto& c : cases) {
    const outcome got = run(blocks_marker(), {begin + c}, false);
    EXPECT_FALSE(got.ending == "open" || got.ending == "done") << c;
  }
  EXPECT_EQ(cases.size(), 4U);
}

TEST(responses_stream, labels_that_were_redacted_are_not_said_again) {
  std::string bytes = script().message({"so for", "eign x", "forbidden word"}).end();
  for (std::size_t at = bytes.find("\"m0\""); at != std::string::npos; at = bytes.find("\"m0\"")) bytes.replace(at, 4, "\"secret7\"");
  const compiled policy = compile({{.id = "B", .regex = "forbidden word"}, {.id = "S", .regex = "secret[0-9]", .action = action::redact}});
  const outcome got = run(policy, bytes);
  EXPECT_EQ(got.ending, "stop");
  EXPECT_EQ(got.bytes.find("secret7"), std::string::npos);
  EXPECT_EQ(read_response(got.bytes).status, "incomplete");
}

TEST(responses_stream, logprobs_go_only_with_untouched_text) {
  const auto with = [](const std::string& delta, const std::string& tokens) {
    return "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,\"item_id\":\"m\",\"delta\":\"" + delta + "\",\"logprobs\":" + tokens + "}\n\n";
  };
  const std::string begin = "data: {\"type\":\"response.created\",\"response\":{}}\n\n";
  const std::string clean = with("ab", R"([{"token":"a"},{"token":"b"}])");
  EXPECT_EQ(run(blocks_marker(), {begin + clean}, false).bytes, begin + clean);
  EXPECT_EQ(run(blocks_marker(), {begin + with("ab", R"([{"token":"forb"}])")}, false).bytes, begin + with("ab", "[]"));
  EXPECT_EQ(run(blocks_marker(), {begin + with("a for", R"([{"token":"a for"}])")}, false).bytes, begin + with("a ", "[]"));
}

}  // namespace
}  // namespace stoplog::guard
