// OpenAI's chat completions, and what calls itself compatible with them.
#pragma once

#include "dialect/codec.hpp"
#include "dialect/openai/chat_shapes.hpp"

namespace stoplog::dialect::openai {

class chat_codec : public codec {
 public:
  std::string_view name() const override { return "chat_completions"; }
  result<request_view> read_request(const json::document& body) const override;
  result<answer_view> read_answer(const json::document& body) const override;
  shape_root request_shape() const override { return {chat_shapes(), request}; }
  shape_root answer_shape() const override { return {chat_shapes(), answer}; }
  std::unique_ptr<answer_stream> open_stream(const request_facts& asked) const override;
  void end_answer(const json::document& body, const std::vector<json::node_id>& blocked, const blocked_ending& why,
                  json::edits& changes) const override;
};

}  // namespace stoplog::dialect::openai
