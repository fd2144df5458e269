// OpenAI's Responses: POST /responses, and GET /responses/{id}, which gives the
// same answer again.
#pragma once

#include "dialect/codec.hpp"
#include "dialect/responses/shapes.hpp"

namespace stoplog::dialect::responses {

class responses_codec final : public codec {
 public:
  std::string_view name() const override { return "responses"; }
  shape_root request_shape() const override { return {table(), request}; }
  shape_root answer_shape() const override { return {table(), response}; }
  shape_root event_shape() const override { return {table(), events}; }
  result<request_view> read_request(const json::document& body) const override;
  result<answer_view> read_answer(const json::document& body) const override;
  std::unique_ptr<answer_stream> open_stream(const request_facts& asked) const override;
  void end_answer(const json::document& body, const std::vector<json::node_id>& blocked, const blocked_ending& why,
                  json::edits& changes) const override;
};

}  // namespace stoplog::dialect::responses
