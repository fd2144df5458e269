#include "dialect/anthropic/messages_codec.hpp"

#include "dialect/anthropic/messages_answer.hpp"
#include "dialect/anthropic/messages_request.hpp"
#include "dialect/anthropic/messages_stream.hpp"

namespace stoplog::dialect::anthropic {

result<request_view> messages_codec::read_request(const json::document& body) const { return read_messages_request(body); }

result<answer_view> messages_codec::read_answer(const json::document& body) const { return read_messages_answer(body); }

std::unique_ptr<answer_stream> messages_codec::open_stream(const request_facts& /*asked*/) const {
  return std::make_unique<messages_stream>();
}

void messages_codec::end_answer(const json::document& body, const std::vector<json::node_id>& blocked,
                                const blocked_ending& why, json::edits& changes) const {
  end_messages_answer(body, blocked, why, changes);
}

result<request_view> count_tokens_codec::read_request(const json::document& body) const {
  auto view = read_messages_request(body);
  if (view) view->facts.streamed = false;
  return view;
}

result<answer_view> count_tokens_codec::read_answer(const json::document& body) const { return read_messages_answer(body); }

void count_tokens_codec::end_answer(const json::document& /*body*/, const std::vector<json::node_id>& /*blocked*/,
                                    const blocked_ending& /*why*/, json::edits& changes) const {
  changes.replace_raw(json::document::root, R"({"input_tokens":0})");
}

}  // namespace stoplog::dialect::anthropic
