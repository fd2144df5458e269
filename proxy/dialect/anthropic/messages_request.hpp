// Reads the bodies of POST /messages and POST /messages/count_tokens.
#pragma once

#include "dialect/codec.hpp"

namespace stoplog::dialect::anthropic {

// Texts of neighbouring messages of one role have one number: the API makes one
// turn of them. Errors: malformed_request, with what is wrong in our words.
result<request_view> read_messages_request(const json::document& body);

}  // namespace stoplog::dialect::anthropic
