// The list of models, and one of them, as OpenAI and Anthropic send them: only
// the answer has text, and all of it is metadata.
// https://platform.openai.com/docs/api-reference/models
#pragma once

#include "dialect/codec.hpp"

namespace stoplog::dialect::openai {

class models_codec final : public codec {
 public:
  std::string_view name() const override { return "models"; }
  shape_root request_shape() const override { return answer_shape(); }
  shape_root answer_shape() const override;
  // There is no request body.
  result<request_view> read_request(const json::document& body) const override;
  result<answer_view> read_answer(const json::document& body) const override;
  bool streams() const override { return false; }
  // A blocked list is an empty one.
  void end_answer(const json::document& body, const std::vector<json::node_id>& blocked, const blocked_ending& why,
                  json::edits& changes) const override;
};

}  // namespace stoplog::dialect::openai
