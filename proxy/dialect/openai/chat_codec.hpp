// OpenAI's chat completions, and what calls itself compatible with them.
#pragma once

#include "dialect/codec.hpp"

namespace stoplog::dialect::openai {

class chat_codec final : public codec {
 public:
  std::string_view name() const override { return "chat_completions"; }
  result<request_view> read_request(const json::document& body) const override;
  result<answer_view> read_answer(const json::document& body) const override;
  std::unique_ptr<answer_stream> open_stream(const request_facts& asked) const override;
  void end_choices(const json::document& body, const std::vector<json::node_id>& blocked, const blocked_ending& why,
                   json::edits& changes) const override;
  std::string error_event(std::string_view code, std::string_view message) const override;
};

}  // namespace stoplog::dialect::openai
