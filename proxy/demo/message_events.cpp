#include "demo/message_events.hpp"

#include "json/writer.hpp"

#include <limits>

namespace stoplog::demo {
namespace {

using json::writer;

constexpr std::string_view tool_use_id = "toolu_demo_1";
constexpr std::string_view signature = "c2lnbmVkIGJ5IHRoZSBkZW1v";

std::int64_t tokens_in(std::string_view text) { return static_cast<std::int64_t>(split_tokens(text).size()); }

std::string_view stop_reason(const choice& said) { return said.tool.empty() ? "end_turn" : "tool_use"; }

void write_usage(writer& out, const ask& asked, std::int64_t answered) {
  out.key("usage").begin_object().member("input_tokens", tokens_in(asked.last_message)).member("output_tokens", answered).end_object();
}

void write_head(writer& out, const ask& asked) {
  out.member("id", message_id).member("type", "message").member("role", "assistant").member("model", std::string_view(asked.model));
}

// What a block of this channel begins with; whole, if `text` is all of it.
void write_block(writer& out, const choice& said, choice::channel of, std::string_view text, bool whole) {
  out.begin_object();
  switch (of) {
    case choice::channel::content: out.member("type", "text").member("text", text); break;
    case choice::channel::reasoning:
      out.member("type", "thinking").member("thinking", text).member("signature", whole ? signature : std::string_view{});
      break;
    case choice::channel::arguments:
      out.member("type", "tool_use").member("id", tool_use_id).member("name", std::string_view(said.tool));
      out.key("input").raw(whole ? text : std::string_view("{}"));
      break;
  }
  out.end_object();
}

}  // namespace

std::string whole_message(const ask& asked, const script& played) {
  const choice& said = played.choices.back();
  writer out;
  out.begin_object();
  write_head(out, asked);
  out.key("content").begin_array();
  std::int64_t tokens = 0;
  for (const auto of : {choice::channel::reasoning, choice::channel::content, choice::channel::arguments}) {
    std::string text;
    for (std::size_t i = 0; i < played.repeats; ++i) {
      for (const choice::token& token : said.tokens) {
        if (token.channel == of) text += token.text, ++tokens;
      }
    }
    if (!text.empty()) write_block(out, said, of, text, true);
  }
  out.end_array().member("stop_reason", stop_reason(said)).key("stop_sequence").null();
  write_usage(out, asked, tokens);
  return out.end_object().take();
}

result<std::string> message_tokens_for(std::string_view body) {
  const auto asked = read_ask(api::messages, body);
  if (!asked) return asked.error();
  writer out;
  return out.begin_object().member("input_tokens", tokens_in(asked->last_message)).end_object().take();
}

message_events::message_events(ask asked, script played)
    : asked_(std::move(asked)), said_(played.choices.back()), repeats_(played.repeats) {}

std::size_t message_events::total() const noexcept {
  const std::size_t most = std::numeric_limits<std::size_t>::max() / 16;
  return repeats_ > most / (said_.tokens.size() + 1) ? most : said_.tokens.size() * repeats_;
}

template <class Fill>
void message_events::add(std::string_view type, const Fill& fill) {
  writer out;
  out.begin_object().member("type", type);
  fill(out);
  ready_.push_back("event: " + std::string(type) + "\ndata: " + out.end_object().take() + "\n\n");
}

std::optional<std::string> message_events::next() {
  if (ready_.empty()) {
    if (over_) return std::nullopt;
    if (!began_) open_message();
    else if (position_ < total()) say_token();
    else close_message();
  }
  std::string event = std::move(ready_.front());
  ready_.pop_front();
  return event;
}

void message_events::open_message() {
  began_ = true;
  add("message_start", [&](writer& out) {
    out.key("message").begin_object();
    write_head(out, asked_);
    out.key("content").begin_array().end_array().key("stop_reason").null().key("stop_sequence").null();
    write_usage(out, asked_, 1);
    out.end_object();
  });
  add("ping", [](writer&) {});
}

void message_events::open_block(choice::channel of) {
  channel_ = of;
  open_ = true;
  ++block_;
  add("content_block_start", [&](writer& out) {
    out.member("index", block_).key("content_block");
    write_block(out, said_, of, {}, false);
  });
}

void message_events::close_block() {
  open_ = false;
  if (channel_ == choice::channel::reasoning) {
    add("content_block_delta", [&](writer& out) {
      out.member("index", block_).key("delta").begin_object().member("type", "signature_delta").member("signature", signature).end_object();
    });
  }
  add("content_block_stop", [&](writer& out) { out.member("index", block_); });
}

void message_events::say_token() {
  const choice::token& token = said_.tokens[position_ % said_.tokens.size()];
  if (open_ && token.channel != channel_) close_block();
  if (!open_) open_block(token.channel);
  ++position_;
  add("content_block_delta", [&](writer& out) {
    out.member("index", block_).key("delta").begin_object();
    switch (token.channel) {
      case choice::channel::content: out.member("type", "text_delta").member("text", std::string_view(token.text)); break;
      case choice::channel::reasoning: out.member("type", "thinking_delta").member("thinking", std::string_view(token.text)); break;
      case choice::channel::arguments: out.member("type", "input_json_delta").member("partial_json", std::string_view(token.text)); break;
    }
    out.end_object();
  });
}

void message_events::close_message() {
  over_ = true;
  if (open_) close_block();
  add("message_delta", [&](writer& out) {
    out.key("delta").begin_object().member("stop_reason", stop_reason(said_)).key("stop_sequence").null().end_object();
    out.key("usage").begin_object().member("output_tokens", static_cast<std::int64_t>(position_)).end_object();
  });
  add("message_stop", [](writer&) {});
}

}  // namespace stoplog::demo
