// The body of a message that was read whole, without its content coding.
#pragma once

#include "http/message_reader.hpp"

#include <string>

namespace stoplog::http {

// Takes the body. Errors: unsupported_coding, malformed_request (not of its
// coding), body_too_large (decoded it is over `bytes_max`, or far more than it was).
result<std::string> decoded_body(message_reader& of, std::size_t bytes_max);

}  // namespace stoplog::http
