// Anthropic's messages, and the counting of a request's tokens.
#pragma once

#include "dialect/anthropic/messages_shapes.hpp"
#include "dialect/codec.hpp"

namespace stoplog::dialect::anthropic {

class messages_codec final : public codec {
 public:
  std::string_view name() const override { return "messages"; }
  shape_root request_shape() const override { return {message_shapes(), request}; }
  shape_root answer_shape() const override { return {message_shapes(), answer}; }
  shape_root event_shape() const override { return {message_shapes(), event}; }
  result<request_view> read_request(const json::document& body) const override;
  result<answer_view> read_answer(const json::document& body) const override;
  std::unique_ptr<answer_stream> open_stream(const request_facts& asked) const override;
  void end_answer(const json::document& body, const std::vector<json::node_id>& blocked, const blocked_ending& why,
                  json::edits& changes) const override;
};

class count_tokens_codec final : public codec {
 public:
  std::string_view name() const override { return "count_tokens"; }
  shape_root request_shape() const override { return {message_shapes(), request}; }
  shape_root answer_shape() const override { return {message_shapes(), answer}; }
  result<request_view> read_request(const json::document& body) const override;
  result<answer_view> read_answer(const json::document& body) const override;
  bool streams() const override { return false; }
  void end_answer(const json::document& body, const std::vector<json::node_id>& blocked, const blocked_ending& why,
                  json::edits& changes) const override;
};

}  // namespace stoplog::dialect::anthropic
