// Answers in several parts, whole and streamed, for tests of what is judged across them.
#pragma once

#include "dialect/openai/chat_codec.hpp"
#include "dialect/responses/codec.hpp"
#include "guard/answer_guard.hpp"
#include "guard/stream_guard.hpp"
#include "json/writer.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace stoplog::guard::parts {

using policy::action;
using support::compile;
using compiled = std::shared_ptr<const policy::compiled_policy>;
using strings = std::vector<std::string>;

inline const dialect::openai::chat_codec chat;
inline const dialect::responses::responses_codec responses;

inline const compiled& blocks() {
  static const compiled policy = compile({{.id = "R", .regex = "forbidden word", .message = "Stopped here."}});
  return policy;
}
inline const compiled& redacts() {
  static const compiled policy = compile({{.id = "R", .regex = "forbidden word", .action = action::redact}});
  return policy;
}
inline const compiled& blocks_both() {
  static const compiled policy = compile({{.id = "R", .regex = "first sign", .message = "Stopped here.", .with = "second sign"}});
  return policy;
}

inline std::string quoted(const std::string& text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

inline std::string joined(const strings& all, const std::string& separator = "") {
  std::string out;
  for (const std::string& one : all) out += (out.empty() ? "" : separator) + one;
  return out;
}

inline std::string text_part(const std::string& text, const std::string& type = "output_text") {
  return R"({"type":")" + type + R"(","text":)" + quoted(text) + R"(,"annotations":[],"logprobs":[]})";
}

inline std::string item(const std::string& type, const strings& texts, const std::string& list = "content") {
  strings parts;
  for (const std::string& t : texts) parts.push_back(text_part(t, type == "reasoning" ? "summary_text" : "output_text"));
  return R"({"type":")" + type + R"(","id":"i","role":"assistant","status":"completed",")" + list + "\":[" + joined(parts, ",") + "]}";
}

inline std::string response(const strings& items) {
  return R"({"id":"r","object":"response","status":"completed","model":"m","incomplete_details":null,"output":[)" + joined(items, ",") + "]}";
}

inline answer_outcome whole(const dialect::codec& codec, const compiled& policy, const std::string& body) {
  auto done = inspect_answer(codec, {}, policy, body);
  EXPECT_TRUE(done) << body;
  return std::move(*done);
}

struct outcome {
  std::string bytes;
  std::string ending = "open";
  report seen{};
};

inline outcome run(const dialect::codec& codec, const compiled& policy, const std::vector<std::string_view>& chunks) {
  stream_guard guard(codec, {.model = "m", .streamed = true}, {}, policy);
  outcome got;
  for (std::size_t i = 0; i < chunks.size() && got.ending == "open"; ++i) {
    const std::string copy(chunks[i]);
    const auto step = guard.on_bytes(copy, i + 1 == chunks.size());
    if (!step) {
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

}  // namespace stoplog::guard::parts
