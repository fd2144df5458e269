// What an intermediary must not accept, beyond what Beast's parser refuses
// already. Pure; each rule names its source.
#pragma once

#include "base/error.hpp"
#include "http/head.hpp"

#include <string_view>

namespace stoplog::http {

// The bytes of a head up to and with its empty line. Refuses bare CR or LF,
// NUL and other controls, folded lines (RFC 9112, 5.2), white space before a
// colon (5.1), and versions other than HTTP/1.1.
result<void> check_head_bytes(std::string_view head, bool request);

// Framing (RFC 9112, 6.1 to 6.3): Transfer-Encoding is absent or exactly
// `chunked`, never beside a Content-Length; one Content-Length, digits only and
// without leading zeros.
result<void> check_framing(const message_head& head);

// Requests: one Host that is one (RFC 9112, 3.2), origin-form target without
// dot segments, empty segments or encoded slashes, no CONNECT, TRACE or Upgrade,
// no expectation but 100-continue, nothing twice that may stand once, no
// Connection that names a part of the message. And its framing.
result<void> check_request(const message_head& head);

// Answers: nothing twice that may stand once, no body where there must be none.
// And their framing.
result<void> check_response(const message_head& head);

}  // namespace stoplog::http
