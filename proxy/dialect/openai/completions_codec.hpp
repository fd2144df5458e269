// OpenAI's completions, from before there was chat, and what calls itself
// compatible with them. Their answers have choices, as chat's have.
#pragma once

#include "dialect/codec.hpp"
#include "dialect/openai/chat_shapes.hpp"

namespace stoplog::dialect::openai {

class completions_codec final : public codec {
 public:
  std::string_view name() const override { return "completions"; }
  shape_root request_shape() const override { return {chat_shapes(), completion_request}; }
  shape_root answer_shape() const override { return {chat_shapes(), completion_answer}; }
  result<request_view> read_request(const json::document& body) const override;
  result<answer_view> read_answer(const json::document& body) const override;
  std::unique_ptr<answer_stream> open_stream(const request_facts& asked) const override;
  void end_answer(const json::document& body, const std::vector<json::node_id>& blocked, const blocked_ending& why,
                  json::edits& changes) const override;
};

}  // namespace stoplog::dialect::openai
