// OpenAI's embeddings and moderations: texts go in, numbers come out, and
// nothing streams.
#pragma once

#include "dialect/codec.hpp"
#include "dialect/openai/input_shapes.hpp"

namespace stoplog::dialect::openai {

class input_codec final : public codec {
 public:
  // `nothing`: an answer of this endpoint that holds no text, for blocked ones.
  constexpr input_codec(std::string_view name, shape_id request, shape_id answer, bool needs_model, std::string_view nothing)
      : name_(name), request_(request), answer_(answer), needs_model_(needs_model), nothing_(nothing) {}

  std::string_view name() const override { return name_; }
  shape_root request_shape() const override { return {input_shapes(), request_}; }
  shape_root answer_shape() const override { return {input_shapes(), answer_}; }
  result<request_view> read_request(const json::document& body) const override;
  result<answer_view> read_answer(const json::document& body) const override;
  bool streams() const override { return false; }
  void end_answer(const json::document& body, const std::vector<json::node_id>& blocked, const blocked_ending& why,
                  json::edits& changes) const override;

 private:
  std::string_view name_;
  shape_id request_;
  shape_id answer_;
  bool needs_model_;
  std::string_view nothing_;
};

inline constexpr input_codec embeddings{"embeddings", embeddings_request, embeddings_answer, true,
                                        R"({"object":"list","data":[],"model":"","usage":{"prompt_tokens":0,"total_tokens":0}})"};
inline constexpr input_codec moderations{"moderations", moderations_request, moderations_answer, false,
                                         R"({"id":"","model":"","results":[]})"};

}  // namespace stoplog::dialect::openai
