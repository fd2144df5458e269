// What a policy refuses for what it is: kinds of opaque parts, and members and
// events that are not known, in requests and answers of every dialect.
#include "dialect/endpoint.hpp"
#include "dialect/opaque_kinds.hpp"
#include "guard/answer_guard.hpp"
#include "guard/request_guard.hpp"
#include "guard/stream_guard.hpp"
#include "json/writer.hpp"
#include "support/policies.hpp"
#include "support/samples/all.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

using support::sample;
using said = policy::part_actions::said;
constexpr auto refuse = policy::part_action::refuse, pass = policy::part_action::pass;

std::shared_ptr<const policy::compiled_policy> with(policy::part_actions parts) {
  return support::compile({.rules = {{.id = "R", .regex = "forbidden word"}}, .parts = std::move(parts), .message = "Not here."});
}

// path and kind of each line
std::vector<std::pair<std::string, std::string>> listed(const std::string& opaque) {
  std::vector<std::pair<std::string, std::string>> all;
  std::istringstream in(opaque);
  for (std::string path, kind; in >> path >> kind;) all.emplace_back(path, kind);
  return all;
}

std::set<std::string> kinds_of(const std::string& opaque) {
  std::set<std::string> kinds;
  for (const auto& [path, kind] : listed(opaque)) kinds.insert(kind);
  return kinds;
}

std::string first_of(const std::string& opaque, const std::string& kind) {
  for (const auto& [path, is] : listed(opaque)) {
    if (is == kind) return path;
  }
  return {};
}

void expect_refused(const report& r, std::string_view reason, const std::string& category, const std::string& path) {
  EXPECT_EQ(r.decision.verdict, verdict::block) << category;
  EXPECT_FALSE(r.decision.rule) << category;
  ASSERT_TRUE(r.decision.refused) << category;
  EXPECT_EQ(r.decision.refused->reason, reason);
  EXPECT_EQ(r.decision.refused->category, category);
  EXPECT_EQ(r.decision.refused->path, path);
}

class refused_parts : public testing::TestWithParam<sample> {};

request_guard::outcome judge_request(const sample& s, const std::string& body, policy::part_actions parts) {
  request_guard guard(s.codec, {});
  EXPECT_TRUE(guard.read(body));
  auto done = guard.inspect(with(std::move(parts)));
  EXPECT_TRUE(done);
  return std::move(*done);
}

TEST_P(refused_parts, of_a_request_go_by_their_kind) {
  const sample& s = GetParam();
  said spared{{"default", refuse}};
  for (const std::string& kind : kinds_of(s.opaque_in_request)) {
    const auto done = judge_request(s, s.request, {{{kind, refuse}}, {}});
    expect_refused(done.report, policy::opaque_refused, "coverage.opaque." + kind, first_of(s.opaque_in_request, kind));
    EXPECT_TRUE(done.body.empty());
    EXPECT_EQ(done.report.coverage.released, 0U);
    EXPECT_EQ(done.report.coverage.opaque.size(), listed(s.opaque_in_request).size()) << "all are recorded";
    spared[kind] = pass;
  }
  if (s.request.empty()) return;
  EXPECT_EQ(judge_request(s, s.request, {spared, {}}).body, s.request) << "what is allowed by name passes";
}

TEST_P(refused_parts, of_an_answer_go_by_their_kind) {
  const sample& s = GetParam();
  said spared{{"default", refuse}};
  for (const std::string& kind : kinds_of(s.opaque_in_answer)) {
    const auto done = inspect_answer(s.codec, {}, with({{{kind, refuse}}, {}}), s.answer);
    ASSERT_TRUE(done);
    expect_refused(done->report, policy::opaque_refused, "coverage.opaque." + kind, first_of(s.opaque_in_answer, kind));
    json::reader reader;
    const auto read = reader.read(done->body);
    ASSERT_TRUE(read) << done->body;
    const auto left = s.codec.read_answer(**read);
    ASSERT_TRUE(left);
    const auto is_of = [&](const dialect::opaque_part& p) { return p.kind == kind; };
    EXPECT_TRUE(std::none_of(left->opaque.begin(), left->opaque.end(), is_of)) << done->body;
    spared[kind] = pass;
  }
  const auto passes = inspect_answer(s.codec, {}, with({spared, {}}), s.answer);
  ASSERT_TRUE(passes);
  EXPECT_EQ(passes->body, s.answer);
}

struct streamed {
  std::string out;
  report seen;
  std::size_t events = 0;   // that were judged
  bool stopped = false;
};

streamed judge_stream(const sample& s, const std::vector<std::string>& events, policy::part_actions parts) {
  stream_guard guard(s.codec, s.asked, {}, with(std::move(parts)));
  streamed r;
  for (const std::string& event : events) {
    ++r.events;
    json::reader reader;
    const json::document& d = **reader.read(event);
    const std::string name = s.named ? "event: " + std::string(d[d.find(0, "type")].text) + "\n" : "";
    const auto step = guard.on_bytes(name + "data: " + event + "\n\n", false);
    EXPECT_TRUE(step) << event;
    if (!step) break;
    r.out += step->bytes;
    r.stopped = step->what == stream_step::kind::stop;
    if (r.stopped || step->what == stream_step::kind::done) break;
  }
  r.seen = guard.report();
  return r;
}

TEST_P(refused_parts, of_a_stream_go_by_their_kind) {
  const sample& s = GetParam();
  if (s.stream.empty()) return;
  const auto as_it_is = judge_stream(s, s.stream, {});
  EXPECT_FALSE(as_it_is.stopped);
  said spared{{"default", refuse}};
  for (const opaque_note& note : as_it_is.seen.coverage.opaque) {
    const auto r = judge_stream(s, s.stream, {{{note.kind, refuse}}, {}});
    EXPECT_TRUE(r.stopped) << note.kind;
    ASSERT_TRUE(r.seen.decision.refused);
    EXPECT_EQ(r.seen.decision.refused->category, "coverage.opaque." + note.kind);
    EXPECT_LT(r.events, s.stream.size());
    EXPECT_EQ(r.out.find(s.stream[r.events - 1]), std::string::npos) << r.out;
    EXPECT_NE(r.out.find("Not here."), std::string::npos) << r.out;
    spared[note.kind] = pass;
  }
  EXPECT_EQ(judge_stream(s, s.stream, {spared, {}}).out, as_it_is.out);
}

// The body without the members that its codec does not know.
template <class Read>
std::string without_unknown(const std::string& body, std::size_t& removed, const Read& read_view) {
  json::reader reader;
  const json::document& d = **reader.read(body);
  json::edits edits;
  for (const json::node_id id : read_view(d)) {
    edits.remove_member(id);
    ++removed;
  }
  return edits.apply(d);
}

TEST_P(refused_parts, unknown_members_of_a_request) {
  const sample& s = GetParam();
  if (s.request.empty()) return;
  const auto unknown = [&](const json::document& d) { return s.codec.read_request(d)->unknown; };
  std::size_t count = 0;
  const std::string known = without_unknown(s.request, count, unknown);
  EXPECT_GE(count, 1U);
  for (const said& how : {said{{"request", refuse}}, said{{"request", refuse}, {"response", refuse}}}) {
    const auto done = judge_request(s, s.request, {{}, how});
    json::reader reader;
    const json::document& d = **reader.read(s.request);
    expect_refused(done.report, policy::unknown_refused, "coverage.unknown", d.path(unknown(d).front()));
    EXPECT_TRUE(done.body.empty());
    EXPECT_EQ(judge_request(s, known, {{}, how}).body, known);
  }
  EXPECT_EQ(judge_request(s, s.request, {{}, {{"response", refuse}}}).body, s.request);
}

TEST_P(refused_parts, unknown_members_of_an_answer) {
  const sample& s = GetParam();
  const auto unknown = [&](const json::document& d) { return s.codec.read_answer(d)->unknown; };
  std::size_t count = 0;
  const std::string known = without_unknown(s.answer, count, unknown);
  EXPECT_GE(count, 1U);
  const auto done = inspect_answer(s.codec, {}, with({{}, {{"response", refuse}}}), s.answer);
  ASSERT_TRUE(done);
  ASSERT_TRUE(done->report.decision.refused);
  EXPECT_EQ(done->report.decision.refused->category, "coverage.unknown");
  std::size_t left = 0;
  without_unknown(done->body, left, unknown);
  EXPECT_EQ(left, 0U) << done->body;
  const auto passes = inspect_answer(s.codec, {}, with({{}, {{"response", refuse}}}), known);
  ASSERT_TRUE(passes);
  EXPECT_EQ(passes->body, known);
  EXPECT_EQ(inspect_answer(s.codec, {}, with({{}, {{"request", refuse}}}), s.answer)->body, s.answer);
}

TEST_P(refused_parts, unknown_members_and_events_of_a_stream) {
  const sample& s = GetParam();
  if (s.stream.empty()) return;
  const auto r = judge_stream(s, s.stream, {{}, {{"response", refuse}}});
  EXPECT_TRUE(r.stopped);
  ASSERT_TRUE(r.seen.decision.refused);
  EXPECT_EQ(r.seen.decision.refused->reason, policy::unknown_refused);
  EXPECT_FALSE(judge_stream(s, s.stream, {{}, {{"request", refuse}}}).stopped);
}

INSTANTIATE_TEST_SUITE_P(dialects, refused_parts, testing::ValuesIn(support::all_samples()), [](const auto& one) { return std::string(one.param.codec.name()); });

std::string coded() { return std::string(300, 'A'); }

const dialect::codec& codec_of(std::string_view endpoint) {
  for (const auto& e : dialect::endpoints()) {
    if (e.name == endpoint) return *e.scans;
  }
  throw std::invalid_argument("no such endpoint");
}

// Every kind that a policy may name is noted somewhere, and nothing is noted that it
// may not name.
TEST(opaque_kinds, are_those_that_dialects_note) {
  std::map<std::string, int> noted;
  for (const sample& s : support::all_samples()) {
    for (const std::string& list : {s.opaque_in_request, s.opaque_in_answer}) {
      for (const std::string& kind : kinds_of(list)) ++noted[kind];
    }
    for (const auto& root : {s.codec.request_shape(), s.codec.answer_shape(), s.codec.event_shape()}) {
      for (const dialect::shape& each : root.table) {
        if (!each.opaque.empty()) ++noted[std::string(each.opaque)];
      }
    }
  }
  std::set<std::string> known;
  for (const auto& kind : dialect::opaque_kinds()) {
    EXPECT_TRUE(known.emplace(kind.name).second) << kind.name << " stands twice";
    EXPECT_TRUE(noted.contains(std::string(kind.name))) << kind.name;
    EXPECT_TRUE(kind.about.ends_with('.')) << kind.name;
  }
  for (const auto& [kind, times] : noted) EXPECT_TRUE(known.contains(kind)) << kind;
  EXPECT_EQ(known.size(), 18U);
}

// Kinds that are opaque only where there is much of them.
TEST(opaque_kinds, of_long_data_are_refused) {
  struct {
    const char* endpoint;
    std::string body, kind, path;
  } const answers[] = {
      {"embeddings", R"({"data":[{"object":"embedding","embedding":")" + coded() + R"("}]})", "embedding", "data[0].embedding"},
      {"responses", R"({"output":[{"type":"reasoning","encrypted_content":")" + coded() + R"("}]})", "encrypted_content", "output[0].encrypted_content"},
      {"messages", R"({"content":[{"type":"redacted_thinking","data":")" + coded() + R"("}]})", "encrypted", "content[0].data"},
      {"messages", R"({"content":[{"type":"thinking","thinking":"hm","signature":")" + coded() + R"("}]})", "thinking_signature", "content[0].signature"},
  };
  for (const auto& c : answers) {
    const auto done = inspect_answer(codec_of(c.endpoint), {}, with({{{c.kind, refuse}}, {}}), c.body);
    ASSERT_TRUE(done) << c.kind;
    expect_refused(done->report, policy::opaque_refused, "coverage.opaque." + c.kind, c.path);
    EXPECT_EQ(done->body.find("AAAA"), std::string::npos);
  }
  EXPECT_EQ(std::size(answers), 4U);
}

request_guard::outcome judge_chat(const std::string& message, policy::part_actions parts) {
  static const sample s = support::chat_sample();
  return judge_request(s, R"({"model":"m","messages":[)" + message + "]}", std::move(parts));
}

TEST(refused, by_a_rule_is_by_that_rule) {
  const auto done = judge_chat(R"({"role":"user","content":[{"type":"text","text":"forbidden word"},{"type":"image_url","image_url":{"url":"https://example.com/a"}}]})",
                               {{{"default", refuse}}, {}});
  EXPECT_TRUE(done.report.decision.rule);
  EXPECT_FALSE(done.report.decision.refused);
}

TEST(refused, is_no_text_that_came_as_data) {
  const std::string part = R"({"role":"user","content":[{"type":"file","file":{"file_data":"data:text/plain;base64,aGVsbG8gd29ybGQ="}}]})";
  EXPECT_EQ(judge_chat(part, {{{"default", refuse}}, {}}).report.decision.verdict, verdict::allow);
}

TEST(refused, tells_no_name_in_which_something_was_found) {
  const auto policy = support::compile({.rules = {{.id = "R", .regex = "forbidden", .action = policy::action::redact}}, .parts = {{}, {{"request", refuse}}}});
  request_guard guard(codec_of("chat_completions"), {});
  ASSERT_TRUE(guard.read(R"({"model":"m","messages":[{"role":"user","content":"x","forbidden":1}]})"));
  const auto done = guard.inspect(policy);
  ASSERT_TRUE(done);
  expect_refused(done->report, policy::unknown_refused, "coverage.unknown", "messages[0].{key 2}");
  EXPECT_EQ(done->report.decision.findings.size(), 1U);
}

TEST(refused, is_no_name_in_a_schema_or_in_arguments) {
  const sample s = support::chat_sample();
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":"x"}],"logit_bias":{"50256":-100},"metadata":{"any":"one"},
    "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"any":{"type":"string","x-any":1}}}}}]})";
  EXPECT_EQ(judge_request(s, body, {{}, {{"request", refuse}}}).body, body);
}

// An event that is not known, in a stream that is known otherwise.
TEST(refused, are_events_that_are_not_known) {
  struct {
    const char* endpoint;
    std::string event;
    bool known;
  } const cases[] = {
      {"chat_completions", "data: {\"id\":\"c\",\"choices\":[]}\n\n", true},
      {"chat_completions", "event: new\ndata: {\"id\":\"c\",\"choices\":[]}\n\n", false},
      {"chat_completions", "event: message\ndata: {\"id\":\"c\",\"choices\":[]}\n\n", true},
      {"completions", "event: new\ndata: {\"id\":\"c\",\"choices\":[]}\n\n", false},
      {"responses", "event: response.new\ndata: {\"type\":\"response.new\"}\n\n", false},
      {"responses", "event: response.new.delta\ndata: {\"type\":\"response.new.delta\",\"delta\":\"x\"}\n\n", false},
      {"responses", "event: keepalive\ndata: {\"type\":\"keepalive\",\"sequence_number\":1}\n\n", true},
      {"responses", "event: response.web_search_call.searching\ndata: {\"type\":\"response.web_search_call.searching\",\"output_index\":0,\"item_id\":\"ws\"}\n\n", true},
      {"responses", "event: response.web_search_call.new\ndata: {\"type\":\"response.web_search_call.new\"}\n\n", false},
      {"responses", "event: response.queued\ndata: {\"type\":\"response.queued\",\"response\":{\"id\":\"r\"}}\n\n", true},
      {"messages", "event: ping\ndata: {\"type\":\"ping\"}\n\n", true},
      {"messages", "event: new\ndata: {\"type\":\"new\"}\n\n", false},
  };
  for (const auto& c : cases) {
    stream_guard guard(codec_of(c.endpoint), {}, {}, with({{}, {{"response", refuse}}}));
    const auto step = guard.on_bytes(c.event, false);
    ASSERT_TRUE(step) << c.event << step.error().detail;
    EXPECT_EQ(step->what == stream_step::kind::stop, !c.known) << c.event;
    if (!c.known) expect_refused(guard.report(), policy::unknown_refused, "coverage.unknown", "event");
  }
  EXPECT_EQ(std::size(cases), 12U);
}

}  // namespace
}  // namespace stoplog::guard
