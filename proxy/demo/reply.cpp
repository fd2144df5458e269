#include "demo/reply.hpp"

#include "demo/message_events.hpp"
#include "demo/typed_events.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <limits>

namespace stoplog::demo {
namespace {

using json::writer;

constexpr std::string_view call_id = "call_demo_1";

std::size_t tokens_of(const choice& one, const script& played) {
  const std::size_t most = std::numeric_limits<std::size_t>::max() / 16;
  return played.repeats > most / std::max<std::size_t>(one.tokens.size(), 1) ? most : one.tokens.size() * played.repeats;
}

std::string joined(const choice& one, choice::channel channel, std::size_t repeats) {
  std::string text;
  for (std::size_t i = 0; i < repeats; ++i) {
    for (const choice::token& token : one.tokens) {
      if (token.channel == channel) text += token.text;
    }
  }
  return text;
}

void write_usage(writer& out, const ask& asked, std::size_t completion) {
  const auto prompt = static_cast<std::int64_t>(split_tokens(asked.last_message).size());
  const auto answered = static_cast<std::int64_t>(completion);
  out.key("usage").begin_object();
  out.member("prompt_tokens", prompt).member("completion_tokens", answered).member("total_tokens", prompt + answered);
  out.end_object();
}

void write_head(writer& out, const ask& asked, std::string_view object) {
  out.begin_object().member("id", answer_id).member("object", object);
  out.member("created", answer_created).member("model", std::string_view(asked.model));
}

void write_message(writer& out, const choice& one, std::size_t repeats) {
  out.key("message").begin_object().member("role", "assistant");
  const std::string reasoning = joined(one, choice::channel::reasoning, repeats);
  if (!reasoning.empty()) out.member("reasoning_content", std::string_view(reasoning));
  if (one.tool.empty()) {
    out.member("content", std::string_view(joined(one, choice::channel::content, repeats)));
  } else {
    out.key("content").null().key("tool_calls").begin_array().begin_object();
    out.member("id", call_id).member("type", "function").key("function").begin_object();
    out.member("name", std::string_view(one.tool));
    out.member("arguments", std::string_view(joined(one, choice::channel::arguments, repeats)));
    out.end_object().end_object().end_array();
  }
  out.key("refusal").null().end_object();
}

// One chunk of one choice; `fill` writes the members of its delta.
template <class Fill>
std::string chunk(const ask& asked, std::size_t index, Fill fill, std::string_view finish_reason = {}) {
  writer out;
  const bool nested = asked.api == api::chat;
  write_head(out, asked, nested ? "chat.completion.chunk" : "text_completion");
  out.key("choices").begin_array().begin_object().member("index", static_cast<std::int64_t>(index));
  if (nested) out.key("delta").begin_object();
  fill(out);
  if (nested) out.end_object();
  out.key("logprobs").null().key("finish_reason");
  finish_reason.empty() ? out.null() : out.string(finish_reason);
  out.end_object().end_array();
  if (asked.include_usage) out.key("usage").null();
  out.end_object();
  return "data: " + out.take() + "\n\n";
}

void open_call(writer& out, const choice& one) {
  out.key("content").null().key("tool_calls").begin_array().begin_object().member("index", std::int64_t{0});
  out.member("id", call_id).member("type", "function").key("function").begin_object();
  out.member("name", std::string_view(one.tool)).member("arguments", "").end_object().end_object().end_array();
}

void write_delta(writer& out, const choice::token& token, api spoken) {
  if (spoken == api::completions) return void(out.member("text", std::string_view(token.text)));
  switch (token.channel) {
    case choice::channel::content: out.member("content", std::string_view(token.text)); return;
    case choice::channel::reasoning: out.member("reasoning_content", std::string_view(token.text)); return;
    case choice::channel::arguments:
      out.key("tool_calls").begin_array().begin_object().member("index", std::int64_t{0});
      out.key("function").begin_object().member("arguments", std::string_view(token.text));
      out.end_object().end_object().end_array();
      return;
  }
}

}  // namespace

std::string whole_answer(const ask& asked, const script& played) {
  if (asked.api == api::responses) return whole_response(asked, played);
  if (asked.api == api::messages) return whole_message(asked, played);
  writer out;
  write_head(out, asked, asked.api == api::chat ? "chat.completion" : "text_completion");
  out.key("choices").begin_array();
  std::size_t tokens = 0;
  for (std::size_t i = 0; i < played.choices.size(); ++i) {
    const choice& one = played.choices[i];
    tokens += tokens_of(one, played);
    out.begin_object().member("index", static_cast<std::int64_t>(i));
    if (asked.api == api::chat) write_message(out, one, played.repeats);
    else out.member("text", std::string_view(joined(one, choice::channel::content, played.repeats)));
    out.key("logprobs").null().member("finish_reason", std::string_view(one.finish_reason)).end_object();
  }
  out.end_array();
  write_usage(out, asked, tokens);
  out.end_object();
  return out.take();
}

std::unique_ptr<event_feed> events_of(ask asked, script played) {
  if (asked.api == api::responses) return std::make_unique<typed_events>(std::move(asked), std::move(played));
  if (asked.api == api::messages) return std::make_unique<message_events>(std::move(asked), std::move(played));
  return std::make_unique<event_source>(std::move(asked), std::move(played));
}

event_source::event_source(ask asked, script played) : asked_(std::move(asked)), played_(std::move(played)) {
  expects(!played_.choices.empty(), "a script has a choice");
}

std::size_t event_source::total() const noexcept {
  std::size_t sum = 0;
  for (const choice& one : played_.choices) sum += tokens_of(one, played_);
  return sum;
}

std::optional<std::string> event_source::next_token() {
  if (sent_ == total()) return std::nullopt;
  for (;; ++turn_) {
    if (turn_ == played_.choices.size()) turn_ = 0, ++position_;
    const choice& one = played_.choices[turn_];
    if (position_ >= tokens_of(one, played_)) continue;
    ++sent_;
    const choice::token& token = one.tokens[position_ % one.tokens.size()];
    return chunk(asked_, turn_++, [&](writer& out) { write_delta(out, token, asked_.api); });
  }
}

std::optional<std::string> event_source::next() {
  const auto& choices = played_.choices;
  if (stage_ == stage::openings) {
    const std::size_t index = turn_++;
    if (turn_ == choices.size()) stage_ = stage::tokens, turn_ = 0;
    return chunk(asked_, index, [&](writer& out) {
      if (asked_.api == api::completions) return void(out.member("text", ""));
      out.member("role", "assistant");
      choices[index].tool.empty() ? void(out.member("content", "")) : open_call(out, choices[index]);
    });
  }
  if (stage_ == stage::tokens) {
    if (auto event = next_token()) return event;
    stage_ = stage::endings, turn_ = 0;
  }
  if (stage_ == stage::endings) {
    const std::size_t index = turn_++;
    if (turn_ == choices.size()) stage_ = asked_.include_usage ? stage::usage : stage::done;
    const auto fill = [&](writer& out) { if (asked_.api == api::completions) out.member("text", ""); };
    return chunk(asked_, index, fill, choices[index].finish_reason);
  }
  if (stage_ == stage::usage) {
    stage_ = stage::done;
    return usage_event();
  }
  if (stage_ == stage::over) return std::nullopt;
  stage_ = stage::over;
  return "data: [DONE]\n\n";
}

std::string event_source::usage_event() {
  writer out;
  write_head(out, asked_, asked_.api == api::chat ? "chat.completion.chunk" : "text_completion");
  out.key("choices").begin_array().end_array();
  write_usage(out, asked_, sent_);
  out.end_object();
  return "data: " + out.take() + "\n\n";
}

std::string models_list() {
  writer out;
  out.begin_object().member("object", "list").key("data").begin_array();
  for (const model& one : models) {
    out.begin_object().member("id", one.name).member("object", "model");
    out.member("created", answer_created).member("owned_by", "stoplog").end_object();
  }
  out.end_array().end_object();
  return out.take();
}

std::string error_object(std::string_view message, std::string_view type, std::string_view code) {
  writer out;
  out.begin_object().key("error").begin_object();
  out.member("message", message).member("type", type).key("param").null().member("code", code);
  out.end_object().end_object();
  return out.take();
}

}  // namespace stoplog::demo
