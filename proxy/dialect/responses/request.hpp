// Reads the body of POST /responses.
#pragma once

#include "dialect/codec.hpp"

namespace stoplog::dialect::responses {

// Errors: malformed_request, with what is wrong in our words.
result<request_view> read_request(const json::document& body);

}  // namespace stoplog::dialect::responses
