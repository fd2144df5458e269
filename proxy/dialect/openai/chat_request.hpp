// Reads the body of POST /chat/completions.
#pragma once

#include "dialect/codec.hpp"

namespace stoplog::dialect::openai {

// Errors: malformed_request, with what is wrong in our words.
result<request_view> read_chat_request(const json::document& body);

}  // namespace stoplog::dialect::openai
