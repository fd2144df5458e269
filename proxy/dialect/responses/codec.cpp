#include "dialect/responses/codec.hpp"

#include "dialect/responses/answer.hpp"
#include "dialect/responses/request.hpp"
#include "dialect/responses/stream.hpp"

namespace stoplog::dialect::responses {

result<request_view> responses_codec::read_request(const json::document& body) const { return responses::read_request(body); }

result<answer_view> responses_codec::read_answer(const json::document& body) const { return responses::read_answer(body); }

std::unique_ptr<answer_stream> responses_codec::open_stream(const request_facts& /*asked*/) const { return std::make_unique<stream>(); }

void responses_codec::end_answer(const json::document& body, const std::vector<json::node_id>& blocked, const blocked_ending& why,
                                 json::edits& changes) const {
  responses::end_answer(body, blocked, why, changes);
}

}  // namespace stoplog::dialect::responses
