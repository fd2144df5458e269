#include "dialect/openai/chat_codec.hpp"

#include "dialect/openai/chat_answer.hpp"
#include "dialect/openai/chat_request.hpp"
#include "dialect/openai/chat_stream.hpp"

namespace stoplog::dialect::openai {

result<request_view> chat_codec::read_request(const json::document& body) const { return read_chat_request(body); }

result<answer_view> chat_codec::read_answer(const json::document& body) const { return read_chat_answer(body, chat_format); }

std::unique_ptr<answer_stream> chat_codec::open_stream(const request_facts& asked) const {
  return std::make_unique<chat_stream>(asked, chat_format);
}

void chat_codec::end_answer(const json::document& body, const std::vector<json::node_id>& blocked,
                             const blocked_ending& why, json::edits& changes) const {
  end_chat_answer(body, blocked, why, chat_format, changes);
}

}  // namespace stoplog::dialect::openai
