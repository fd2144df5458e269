// A marker in every string leaf, and as a key in every object, of requests and
// answers of every dialect that use everything its shapes list: each must be
// found, or the body refused, or the part be known as opaque.
#include "dialect/endpoint.hpp"
#include "guard/answer_guard.hpp"
#include "guard/request_guard.hpp"
#include "guard/stream_guard.hpp"
#include "json/writer.hpp"
#include "support/policies.hpp"
#include "support/samples/all.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

using support::sample;

constexpr std::string_view marker = "forbidden word";

const auto& policy_for_marker() {
  static const auto policy = support::compile({{.id = "R", .regex = "forbidden word"}});
  return policy;
}

struct tally {
  std::size_t found = 0;
  std::size_t keys_found = 0;
  std::vector<std::string> refused;  // paths
  std::vector<std::string> missed;
};

enum class fate { found, refused, missed };

// `judge` is given the body with one marker more, leaf by leaf and object by object.
template <class Judge>
void plant(const std::string& body, const std::string& name, tally& to, const Judge& judge) {
  json::reader reader;
  const auto read = reader.read(body);
  ASSERT_TRUE(read) << read.error().detail;
  const json::document& d = **read;
  for (json::node_id id = 0; id < d.size(); ++id) {
    json::edits edits;
    const bool object = d[id].kind == json::kind::object;
    if (object) {
      const std::string_view inside = d.source().substr(d[id].begin + 1, d[id].end - d[id].begin - 1);
      edits.replace_raw(id, "{\"" + std::string(marker) + "\":1" + (d[id].first_child == json::no_node ? "" : ",") + std::string(inside));
    } else if (d[id].kind == json::kind::string) {
      edits.replace_string(id, std::string(d[id].text) + " " + std::string(marker));
    } else {
      continue;
    }
    switch (judge(edits.apply(d))) {
      case fate::found: ++(object ? to.keys_found : to.found); break;
      case fate::refused: to.refused.push_back(name + d.path(id)); break;
      case fate::missed: to.missed.push_back(name + d.path(id)); break;
    }
  }
}

void expect_fates(const tally& got, const support::expected_fates& wanted) {
  EXPECT_EQ(got.found, wanted.found);
  EXPECT_EQ(got.keys_found, wanted.keys_found);
  EXPECT_EQ(got.refused, wanted.refused);
  EXPECT_EQ(got.missed, wanted.missed) << "data; noted as opaque";
}

std::string list_of(const std::vector<opaque_note>& opaque) {
  std::string notes;
  for (const auto& note : opaque) notes += note.path + " " + note.kind + "\n";
  return notes;
}

fate judge_request(const sample& s, const std::string& body) {
  request_guard guard(s.codec, {});
  if (!guard.read(body)) return fate::refused;
  const auto done = guard.inspect(policy_for_marker());
  if (!done) return fate::refused;
  if (done->report.decision.verdict != verdict::block) return fate::missed;
  EXPECT_TRUE(done->body.empty());
  return fate::found;
}

class every_string : public testing::TestWithParam<sample> {};

TEST_P(every_string, of_a_request_is_judged) {
  const sample& s = GetParam();
  if (s.request.empty()) {
    EXPECT_EQ(judge_request(s, "{}"), fate::refused) << "a request that has no body is never read";
    return;
  }
  ASSERT_EQ(judge_request(s, s.request), fate::missed) << "nothing is in it before";
  tally t;
  plant(s.request, "", t, [&](const std::string& body) { return judge_request(s, body); });
  expect_fates(t, s.request_fates);
}

TEST_P(every_string, opaque_parts_are_noted) {
  const sample& s = GetParam();
  if (!s.request.empty()) {
    request_guard guard(s.codec, {});
    ASSERT_TRUE(guard.read(s.request));
    const auto done = guard.inspect(policy_for_marker());
    ASSERT_TRUE(done);
    EXPECT_EQ(list_of(done->report.coverage.opaque), s.opaque_in_request);
    EXPECT_EQ(done->report.coverage.complete(), s.opaque_in_request.empty());
    EXPECT_EQ(done->body, s.request);
  }
  const auto answered = inspect_answer(s.codec, {}, policy_for_marker(), s.answer);
  ASSERT_TRUE(answered);
  EXPECT_EQ(list_of(answered->report.coverage.opaque), s.opaque_in_answer);
  EXPECT_EQ(answered->body, s.answer);
}

fate judge_answer(const sample& s, const std::string& body) {
  const auto done = inspect_answer(s.codec, {}, policy_for_marker(), body);
  if (!done) return fate::refused;
  if (done->report.decision.verdict != verdict::block) return fate::missed;
  EXPECT_EQ(done->body.find(marker), std::string::npos) << done->body;
  EXPECT_TRUE(json::reader().read(done->body));
  return fate::found;
}

TEST_P(every_string, of_an_answer_is_judged) {
  const sample& s = GetParam();
  ASSERT_EQ(judge_answer(s, s.answer), fate::missed);
  tally t;
  plant(s.answer, "", t, [&](const std::string& body) { return judge_answer(s, body); });
  expect_fates(t, s.answer_fates);
}

std::string name_line(const sample& s, std::size_t event) {
  if (!s.named) return {};
  json::reader reader;
  const json::document& d = **reader.read(s.stream[event]);
  return "event: " + std::string(d[d.find(0, "type")].text) + "\n";
}

fate judge_stream(const sample& s, std::size_t changed, const std::string& with) {
  stream_guard guard(s.codec, s.asked, {}, policy_for_marker());
  std::string out;
  const bool is_data = with.find("AAAA " + std::string(marker)) != std::string::npos;
  for (std::size_t i = 0; i < s.stream.size(); ++i) {
    const std::string bytes = name_line(s, i) + "data: " + (i == changed ? with : s.stream[i]) + "\n\n";
    const auto step = guard.on_bytes(bytes, false);
    if (!step) return fate::refused;
    out += step->bytes;
    EXPECT_TRUE(is_data || out.find(marker) == std::string::npos) << out;
    if (step->what == stream_step::kind::stop) return fate::found;
    if (step->what == stream_step::kind::done) break;
  }
  return fate::missed;
}

TEST_P(every_string, of_a_stream_is_judged) {
  const sample& s = GetParam();
  EXPECT_EQ(s.stream.empty(), !s.codec.streams());
  tally t;
  for (std::size_t i = 0; i < s.stream.size(); ++i) {
    ASSERT_EQ(judge_stream(s, i, s.stream[i]), fate::missed) << i;
    plant(s.stream[i], std::to_string(i) + " ", t, [&](const std::string& body) { return judge_stream(s, i, body); });
  }
  expect_fates(t, s.stream_fates);
}

// Members that the shapes list and no sample has: their strings would have no
// case. A list of members that several shapes share counts once, and so do those
// that the kinds of events share.
using members = std::set<std::pair<const void*, std::string>>;

struct part_of_table {
  dialect::shape_root from;
  bool events;

  std::pair<const void*, std::string> name(dialect::shape_id parent, std::string_view key) const {
    return {events && parent == from.root ? nullptr : from.table[parent].members.data(), std::string(key)};
  }
};

void add_reachable(const part_of_table& part, members& into) {
  std::set<dialect::shape_id> seen;
  std::vector<dialect::shape_id> left{part.from.root};
  while (!left.empty()) {
    const dialect::shape_id id = left.back();
    left.pop_back();
    if (!seen.insert(id).second) continue;
    const dialect::shape& s = part.from.table[id];
    for (const auto& m : s.members) {
      into.insert(part.name(id, m.key));
      left.push_back(m.shape);
    }
    left.push_back(s.other);
    left.push_back(s.elements);
  }
}

void remove_present(const std::string& body, const part_of_table& part, members& left) {
  json::reader reader;
  const auto read = reader.read(body);
  ASSERT_TRUE(read) << body;
  std::vector<dialect::shape_id> shapes;
  ASSERT_TRUE(dialect::give_shapes(**read, part.from.table, part.from.root, false, shapes));
  for (json::node_id id = 1; id < (*read)->size(); ++id) left.erase(part.name(shapes[(**read)[id].parent], (**read)[id].key));
}

TEST_P(every_string, has_a_case) {
  const sample& s = GetParam();
  std::vector<std::pair<part_of_table, std::string>> bodies{{{s.codec.answer_shape(), false}, s.answer}};
  if (!s.request.empty()) bodies.push_back({{s.codec.request_shape(), false}, s.request});
  for (const std::string& event : s.stream) {
    dialect::shape_root root = s.codec.event_shape();
    if (s.event_root != nullptr) root.root = s.event_root(event);
    bodies.push_back({{root, s.event_root != nullptr}, event});
  }
  members left;
  for (const auto& [part, body] : bodies) add_reachable(part, left);
  EXPECT_GE(left.size(), 8U);
  for (const auto& [part, body] : bodies) remove_present(body, part, left);
  std::string list;
  for (const auto& [list_of, key] : left) list += key + " ";
  EXPECT_EQ(list, "");
}

INSTANTIATE_TEST_SUITE_P(dialects, every_string, testing::ValuesIn(support::all_samples()), [](const auto& one) { return std::string(one.param.codec.name()); });

TEST(every_dialect, has_a_sample) {
  const auto samples = support::all_samples();
  for (const dialect::endpoint& e : dialect::endpoints()) {
    const auto is_of = [&](const sample& s) { return e.scans != nullptr && s.codec.name() == e.scans->name(); };
    if (e.scans != nullptr) EXPECT_TRUE(std::any_of(samples.begin(), samples.end(), is_of)) << e.path;
  }
}

// Cut between events: what grows is found all the same.
TEST(every_dialect, of_chat_finds_what_grows) {
  const std::vector<std::string> growing{
      R"({"content":"@"})", R"({"refusal":"@"})", R"({"reasoning_content":"@"})", R"({"reasoning":"@"})", R"({"content":[{"type":"text","text":"@"}]})",
      R"({"reasoning_details":[{"type":"reasoning.text","text":"@"}]})", R"({"tool_calls":[{"index":4,"function":{"arguments":"@"}}]})",
      R"({"tool_calls":[{"index":1,"custom":{"input":"@"}}]})", R"({"function_call":{"arguments":"@"}})", R"({"audio":{"transcript":"@"}})",
      R"({"new":"@"})", R"({"new":{"a":[{"b":"@"}]}})", R"({"new":["@"]})"};
  for (const std::string& delta : growing) {
    const std::size_t at = delta.find('@');
    for (std::size_t cut = 1; cut < marker.size(); ++cut) {
      static const dialect::openai::chat_codec codec;
      stream_guard guard(codec, {}, {}, policy_for_marker());
      std::string out;
      bool stopped = false;
      for (const std::string_view piece : {marker.substr(0, cut), marker.substr(cut)}) {
        const std::string data = std::string(delta).replace(at, 1, piece);
        const auto step = guard.on_bytes("data: {\"choices\":[{\"index\":0,\"delta\":" + data + "}]}\n\n", false);
        ASSERT_TRUE(step) << step.error().detail;
        stopped = step->what == stream_step::kind::stop;
        out += step->bytes;
      }
      EXPECT_TRUE(stopped) << delta << cut;
      EXPECT_EQ(out.find("forb"), std::string::npos) << out;
    }
  }
  EXPECT_EQ(growing.size(), 13U);
}

}  // namespace
}  // namespace stoplog::guard
