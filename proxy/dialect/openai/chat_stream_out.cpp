// What a chat stream writes itself: deltas with held text, and blocked endings.
#include "dialect/openai/chat_stream.hpp"
#include "dialect/openai/error_object.hpp"
#include "dialect/sse.hpp"

#include <algorithm>

namespace stoplog::dialect::openai {
namespace {

// A cut tool call must not be carried out by anybody. Clients that take the
// last name or add names up find no such tool; clients that parse the arguments
// find no JSON, wherever they were cut: outside a string this is no token, and
// within one it does not close it.
constexpr std::string_view stopped_name = "stopped_by_policy";
constexpr std::string_view stopped_arguments = " stopped by policy";

void write_stopped(json::writer& w, std::string_view arguments_key) {
  w.begin_object().member("name", stopped_name).member(arguments_key, stopped_arguments).end_object();
}

}  // namespace

void chat_stream::write_head(json::writer& w) const {
  w.member("id", told_head_.id).member("object", format_.chunk).key("created").raw(created_).member("model", told_head_.model);
}

std::string chat_stream::chunk(std::uint32_t choice, std::string_view delta, std::string_view finish_reason) const {
  json::writer w;
  w.begin_object();
  write_head(w);
  w.key("choices").begin_array().begin_object().member("index", static_cast<std::int64_t>(choice));
  if (format_.nested) w.key("delta").raw(delta);
  else w.raw(delta.substr(1, delta.size() - 2)).key("logprobs").null();
  if (finish_reason.empty()) w.key("finish_reason").null();
  else w.member("finish_reason", finish_reason);
  w.end_object().end_array().end_object();
  std::string out;
  append_event(out, {}, w.take());
  return out;
}

std::string chat_stream::delta(lane to, std::string_view text) {
  const lane_state& lane = lanes_.at(to);
  // Names from an event that the client has not seen are not judged yet.
  if (lane.nameless || (to >= told_lanes_ && !lane.plain)) return {};
  std::string value;
  json::append_string(value, text);
  for (const step& s : lane.way) {  // from the string up
    json::writer w;
    if (!s.key.empty()) {
      value = w.begin_object().key(s.key).raw(value).end_object().take();
      continue;
    }
    w.begin_array();
    if (value.front() == '{') {
      w.begin_object();
      if (s.numbered) w.member("index", static_cast<std::int64_t>(s.element));
      if (!s.type.empty()) w.member("type", s.type);
      w.raw(std::string_view(value).substr(1, value.size() - 2)).end_object();
    } else {
      w.raw(value);
    }
    value = w.end_array().take();
  }
  return chunk(lane.choice, value, {});
}

// The openai libraries (Node and Python) raise an API error for data with an `error` member.
std::string chat_stream::error_event(std::string_view code, std::string_view message) const {
  std::string out;
  append_event(out, {}, error_object({500, "api_error", code, message, {}}));
  return out;
}

std::string chat_stream::usage_chunk() const {
  constexpr std::uint64_t bytes_a_token = 4;  // an estimate; the record does not take it for a count
  const auto prompt = static_cast<std::int64_t>((asked_.text_bytes + bytes_a_token - 1) / bytes_a_token);
  const auto answered = static_cast<std::int64_t>((text_bytes_ + bytes_a_token - 1) / bytes_a_token);
  json::writer w;
  w.begin_object();
  write_head(w);
  w.key("choices").begin_array().end_array().key("usage").begin_object();
  w.member("prompt_tokens", prompt).member("completion_tokens", answered).member("total_tokens", prompt + answered);
  w.end_object().end_object();
  std::string out;
  append_event(out, {}, w.take());
  return out;
}

std::string chat_stream::text_delta(bool with_role, std::string_view text) const {
  json::writer w;
  w.begin_object();
  if (with_role && format_.nested) w.member("role", "assistant");
  return w.member(format_.text, text).end_object().take();
}

// The delta of a choice's last chunk.
std::string chat_stream::last_delta(bool with_role, const std::vector<tool_call>& calls) const {
  if (!format_.nested) return text_delta(false, {});
  json::writer w;
  w.begin_object();
  if (with_role) w.member("role", "assistant");
  const auto is_tool = [](const tool_call& call) { return call.kind != "function_call"; };
  if (std::any_of(calls.begin(), calls.end(), is_tool)) {
    w.key("tool_calls").begin_array();
    for (const tool_call& call : calls) {
      if (!is_tool(call)) continue;
      w.begin_object().member("index", static_cast<std::int64_t>(call.element)).key(call.kind);
      write_stopped(w, call.kind == "custom" ? "input" : "arguments");
      w.end_object();
    }
    w.end_array();
  }
  if (!std::all_of(calls.begin(), calls.end(), is_tool)) {
    w.key("function_call");
    write_stopped(w, "arguments");
  }
  return w.end_object().take();
}

std::string chat_stream::ending(lane blocked, const blocked_ending& why) const {
  const std::uint32_t deciding = blocked == no_lane ? 0 : lanes_.at(blocked).choice;
  std::vector<choice_state> left = told_;
  const auto known = [&left](std::uint32_t index) {
    return std::any_of(left.begin(), left.end(), [index](const choice_state& c) { return c.index == index; });
  };
  for (std::uint32_t index = 0; index < asked_.choices; ++index) {
    if (!known(index)) left.push_back({.index = index});
  }
  if (!known(deciding)) left.push_back({.index = deciding});
  // Whoever's text decided, or if it was nobody's and all are finished, the
  // first one says that a policy ended the answer.
  const auto unfinished = [](const choice_state& c) { return !c.finished; };
  const bool any = std::any_of(left.begin(), left.end(), unfinished);
  std::string out;
  for (choice_state& c : left) {
    const bool speaks = c.index == deciding && (unfinished(c) || blocked != no_lane || !any);
    if (!unfinished(c) && !speaks) continue;
    if (speaks && !why.message.empty()) {
      out += chunk(c.index, text_delta(!c.has_role, why.message), {});
      c.has_role = true;
    }
    out += chunk(c.index, last_delta(!c.has_role, c.calls), "content_filter");
  }
  if (asked_.wants_usage) out += usage_chunk();
  return out + terminator();
}

}  // namespace stoplog::dialect::openai
