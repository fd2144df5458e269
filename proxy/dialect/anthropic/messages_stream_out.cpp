// What a stream of messages writes itself: deltas with held text, and endings.
#include "dialect/anthropic/error_object.hpp"
#include "dialect/anthropic/messages_answer.hpp"
#include "dialect/anthropic/messages_stream.hpp"
#include "dialect/sse.hpp"

namespace stoplog::dialect::anthropic {
namespace {

// An event of this type; `fill` writes its other members.
template <class Fill>
void append(std::string& out, std::string_view type, const Fill& fill) {
  json::writer w;
  w.begin_object().member("type", type);
  fill(w);
  append_event(out, type, w.end_object().take());
}

void write_text_delta(json::writer& w, std::string_view type, std::string_view key, std::string_view text) {
  w.key("delta").begin_object().member("type", type).member(key, text).end_object();
}

void append_start(std::string& out) {
  append(out, "message_start", [](json::writer& w) {
    w.key("message").begin_object().member("id", "").member("type", "message").member("role", "assistant").member("model", "");
    w.key("content").begin_array().end_array().key("stop_reason").null().key("stop_sequence").null();
    w.key("usage").begin_object().member("input_tokens", std::int64_t{0}).member("output_tokens", std::int64_t{0}).end_object();
    w.end_object();
  });
}

void append_block(std::string& out, std::int64_t index, std::string_view text) {
  append(out, "content_block_start", [index](json::writer& w) {
    w.member("index", index).key("content_block").begin_object().member("type", "text").member("text", "").end_object();
  });
  append(out, "content_block_delta", [&](json::writer& w) {
    w.member("index", index);
    write_text_delta(w, "text_delta", "text", text);
  });
}

void append_stop(std::string& out, std::int64_t index) {
  append(out, "content_block_stop", [index](json::writer& w) { w.member("index", index); });
}

}  // namespace

std::string messages_stream::delta(lane to, std::string_view text) {
  const lane_state& of = lanes_.at(to);
  if (of.nameless) return {};
  // Of neighbouring text blocks the one that is open for the client.
  const std::int64_t index = of.type == "text_delta" ? std::int64_t{told_.blocks} - 1 : std::int64_t{of.block};
  std::string out;
  append(out, "content_block_delta", [&](json::writer& w) {
    w.member("index", index);
    write_text_delta(w, of.type, of.key, text);
  });
  return out;
}

// A block that a client carries out has not gone out unless it was whole. Behind
// such a block none is begun: that would tell some clients to carry it out.
std::string messages_stream::ending(lane /*blocked*/, const blocked_ending& why) const {
  constexpr std::uint64_t bytes_a_token = 4;  // an estimate; the record does not take it for a count
  std::string out;
  if (!told_.started) append_start(out);
  auto blocks = std::int64_t{told_.blocks};
  if (told_.open) append_stop(out, blocks - 1);
  if (!why.message.empty() && !told_.over && told_.last != block_kind::carried_out) {
    append_block(out, blocks, why.message);
    append_stop(out, blocks);
  }
  append(out, "message_delta", [&](json::writer& w) {
    w.key("delta").begin_object().member("stop_reason", "refusal").key("stop_sequence").null().key("stop_details");
    write_refusal(w, why);
    w.end_object().key("usage").begin_object();
    w.member("output_tokens", static_cast<std::int64_t>((text_bytes_ + bytes_a_token - 1) / bytes_a_token)).end_object();
  });
  append(out, "message_stop", [](json::writer&) {});
  return out;
}

std::string messages_stream::error_event(std::string_view code, std::string_view message) const {
  constexpr int failed = 500;
  std::string out;
  append_event(out, "error", error_object({failed, {}, code, message, {}}));
  return out;
}

}  // namespace stoplog::dialect::anthropic
