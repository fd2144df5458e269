// A marker in every string leaf, and as a key in every object, of requests and
// answers that use everything: each must be found, or the body refused, or the
// part be known as opaque.
#include "dialect/openai/chat_codec.hpp"
#include "guard/answer_guard.hpp"
#include "guard/request_guard.hpp"
#include "guard/stream_guard.hpp"
#include "json/writer.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::guard {
namespace {

constexpr std::string_view marker = "forbidden word";

const auto& policy_for_marker() {
  static const auto policy = support::compile({{.id = "R", .regex = "forbidden word"}});
  return policy;
}

const dialect::openai::chat_codec codec;

const std::string full_request = R"({
  "model":"gpt-x","stream":true,"n":2,"temperature":0.5,"user":"u-1","safety_identifier":"s-1","prompt_cache_key":"k-1",
  "service_tier":"auto","reasoning_effort":"low","verbosity":"low","stop":["END","STOP"],"metadata":{"team":"a"},
  "modalities":["text","audio"],"audio":{"voice":"alloy","format":"wav"},"stream_options":{"include_usage":true},
  "logit_bias":{"50256":-100},"tool_choice":{"type":"function","function":{"name":"f"}},
  "prediction":{"type":"content","content":[{"type":"text","text":"predicted"}]},
  "response_format":{"type":"json_schema","json_schema":{"name":"answer","description":"d","schema":{"type":"object","properties":{"p":{"enum":["e1","e2"]}}}}},
  "web_search_options":{"user_location":{"type":"approximate","approximate":{"city":"Bern"}}},
  "tools":[{"type":"function","function":{"name":"f","description":"does f","parameters":{"type":"object","properties":{"x":{"type":"string","description":"the x"}},"required":["x"]}}},
           {"type":"custom","custom":{"name":"c","description":"does c","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"start: A"}}}}],
  "functions":[{"name":"old","description":"old one","parameters":{"type":"object"}}],
  "something_new":{"deep":[["text"]]},
  "messages":[
    {"role":"system","content":"be kind","name":"sys"},
    {"role":"developer","content":[{"type":"text","text":"be brief"}]},
    {"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"low"}},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
      {"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA","filename":"a.pdf","file_id":"file-1"}},
      {"type":"new_part","new_part":{"say":"hello"}},"bare"],"new_member":"n"},
    {"role":"assistant","content":"calling","refusal":"no","reasoning_content":"thinking","audio":{"id":"audio-1"},
      "tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"call_2","type":"custom","custom":{"name":"c","input":"raw input"}}],
      "function_call":{"name":"old","arguments":"{}"}},
    {"role":"assistant","content":[{"type":"refusal","refusal":"cannot"}],"reasoning_details":[{"type":"reasoning.text","text":"deep"}]},
    {"role":"tool","tool_call_id":"call_1","content":"result"},
    {"role":"function","name":"old","content":"old result"}]
})";

const std::string full_answer = R"({"id":"chatcmpl-1","object":"chat.completion","created":5,"model":"gpt-x-1","system_fingerprint":"fp","service_tier":"default",
  "choices":[{"index":0,"message":{"role":"assistant","content":"hello","refusal":"no","reasoning_content":"hm","reasoning":"hm2",
     "reasoning_details":[{"type":"reasoning.text","text":"deep","format":"f","id":"r1"}],
     "tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\":\"y\"}"}},{"id":"call_2","type":"custom","custom":{"name":"c","input":"in"}}],
     "function_call":{"name":"old","arguments":"{}"},
     "audio":{"id":"a1","data":"data:audio/wav;base64,AAAA","transcript":"spoken","expires_at":9},
     "annotations":[{"type":"url_citation","url_citation":{"title":"T","url":"https://example.com","start_index":0}}],"new_member":{"x":["y"]}},
   "logprobs":{"content":[{"token":"hello","logprob":-1,"bytes":[104],"top_logprobs":[{"token":"hi","logprob":-2,"bytes":null}]}],"refusal":[{"token":"no","logprob":-1,"bytes":null,"top_logprobs":[]}]},
   "finish_reason":"stop","content_filter_results":{"hate":{"severity":"safe"}},"stop_reason":"s"},
   {"index":1,"message":{"role":"assistant","content":[{"type":"text","text":"part"}]},"finish_reason":"length"}],
  "usage":{"prompt_tokens":1,"note":"n"},"citations":["https://example.com/c"],"new_root":{"k":"v"}})";

const std::vector<std::string> full_stream = {
    R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":5,"model":"gpt-x-1","system_fingerprint":"fp","service_tier":"default","obfuscation":"zz","new_root":["v"],"choices":[{"index":0,"delta":{"role":"assistant","content":"hel","refusal":"n","reasoning_content":"h","reasoning":"i","reasoning_details":[{"type":"reasoning.text","text":"deep"}],"new_member":{"x":["y"]}},"logprobs":{"content":[{"token":"hel","logprob":-1,"bytes":[104],"top_logprobs":[{"token":"hi","logprob":-2}]}],"refusal":null},"finish_reason":null,"content_filter_results":{"hate":{"severity":"safe"}}}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":1,"delta":{"content":[{"type":"text","text":"part"}],"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\""}},{"index":1,"id":"call_2","type":"custom","custom":{"name":"c","input":"in"}}],"function_call":{"name":"old","arguments":"{"},"audio":{"id":"a1","data":"data:audio/wav;base64,AAAA","transcript":"spo"},"annotations":[{"type":"url_citation","url_citation":{"title":"T","url":"https://example.com"}}]}}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":null},{"index":1,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]},"finish_reason":"tool_calls","stop_reason":"s"}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})",
    R"({"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[],"usage":{"total_tokens":4,"note":"n"}})",
};

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

fate judge_request(const std::string& body) {
  request_guard guard(codec, {});
  if (!guard.read(body)) return fate::refused;
  const auto done = guard.inspect(policy_for_marker());
  if (!done) return fate::refused;
  if (done->report.decision.verdict != verdict::block) return fate::missed;
  EXPECT_TRUE(done->body.empty());
  return fate::found;
}

TEST(every_string, of_a_request_is_judged) {
  ASSERT_EQ(judge_request(full_request), fate::missed) << "nothing is in it before";
  tally t;
  plant(full_request, "", t, judge_request);
  EXPECT_EQ(t.found, 86U);
  EXPECT_EQ(t.keys_found, 56U);
  EXPECT_EQ(t.refused, (std::vector<std::string>{"messages[0].role", "messages[1].role", "messages[2].role", "messages[3].role",
                                                 "messages[4].role", "messages[5].role", "messages[6].role"}));
  EXPECT_EQ(t.missed, (std::vector<std::string>{"messages[2].content[2].image_url.url", "messages[2].content[4].file.file_data"}))
      << "data; noted as opaque";
}

TEST(every_string, opaque_parts_of_a_request_are_noted) {
  request_guard guard(codec, {});
  ASSERT_TRUE(guard.read(full_request));
  const auto done = guard.inspect(policy_for_marker());
  ASSERT_TRUE(done);
  std::string notes;
  for (const auto& note : done->report.coverage.opaque) notes += note.path + " " + note.kind + "\n";
  EXPECT_EQ(notes, "messages[2].content[1].image_url image_url\nmessages[2].content[2].image_url image_url\n"
                   "messages[2].content[3].input_audio input_audio\nmessages[2].content[4].file file\nmessages[3].audio audio\n");
  EXPECT_FALSE(done->report.coverage.complete());
  EXPECT_EQ(done->body, full_request);
}

fate judge_answer(const std::string& body) {
  const auto done = inspect_answer(codec, {}, policy_for_marker(), body);
  if (!done) return fate::refused;
  if (done->report.decision.verdict != verdict::block) return fate::missed;
  EXPECT_EQ(done->body.find(marker), std::string::npos) << done->body;
  EXPECT_NE(done->body.find("content_filter"), std::string::npos);
  EXPECT_TRUE(json::reader().read(done->body));
  return fate::found;
}

TEST(every_string, of_an_answer_is_judged) {
  ASSERT_EQ(judge_answer(full_answer), fate::missed);
  tally t;
  plant(full_answer, "", t, judge_answer);
  EXPECT_EQ(t.found, 43U);
  EXPECT_EQ(t.keys_found, 24U);
  EXPECT_TRUE(t.refused.empty());
  EXPECT_EQ(t.missed, std::vector<std::string>{"choices[0].message.audio.data"});
}

fate judge_stream(std::size_t changed, const std::string& with) {
  stream_guard guard(codec, {.choices = 2}, {}, policy_for_marker());
  std::string out;
  const bool is_data = with.find("AAAA " + std::string(marker)) != std::string::npos;
  for (std::size_t i = 0; i < full_stream.size(); ++i) {
    const std::string bytes = "data: " + (i == changed ? with : full_stream[i]) + "\n\n";
    const auto step = guard.on_bytes(bytes, false);
    if (!step) return fate::refused;
    out += step->bytes;
    EXPECT_TRUE(is_data || out.find(marker) == std::string::npos) << out;
    if (step->what == stream_step::kind::stop) return fate::found;
  }
  return fate::missed;
}

TEST(every_string, of_a_stream_is_judged) {
  tally t;
  for (std::size_t i = 0; i < full_stream.size(); ++i) {
    ASSERT_EQ(judge_stream(i, full_stream[i]), fate::missed);
    plant(full_stream[i], std::to_string(i) + " ", t, [i](const std::string& body) { return judge_stream(i, body); });
  }
  EXPECT_EQ(t.found, 46U);
  EXPECT_EQ(t.keys_found, 34U);
  EXPECT_TRUE(t.refused.empty());
  EXPECT_EQ(t.missed, std::vector<std::string>{"1 choices[0].delta.audio.data"});
}

// Cut between events: what grows is found all the same.
TEST(every_string, of_a_stream_is_judged_when_it_grows) {
  const std::vector<std::string> growing{
      R"({"content":"@"})", R"({"refusal":"@"})", R"({"reasoning_content":"@"})", R"({"reasoning":"@"})", R"({"content":[{"type":"text","text":"@"}]})",
      R"({"reasoning_details":[{"type":"reasoning.text","text":"@"}]})", R"({"tool_calls":[{"index":4,"function":{"arguments":"@"}}]})",
      R"({"tool_calls":[{"index":1,"custom":{"input":"@"}}]})", R"({"function_call":{"arguments":"@"}})", R"({"audio":{"transcript":"@"}})",
      R"({"new":"@"})", R"({"new":{"a":[{"b":"@"}]}})", R"({"new":["@"]})"};
  for (const std::string& delta : growing) {
    const std::size_t at = delta.find('@');
    for (std::size_t cut = 1; cut < marker.size(); ++cut) {
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
