// What the proxy itself answers: statuses, error types and sentences for the
// errors of ours, and the bytes of a reply.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace stoplog::http {

struct header {
  std::string_view name;
  std::string_view value;
};

int status_of(errc code) noexcept;
// OpenAI's error types: invalid_request_error, authentication_error, policy_violation, ...
std::string_view error_type_of(errc code) noexcept;
// One sentence for whoever calls the API; says what to do where that is known.
std::string_view sentence_for(errc code) noexcept;
std::string_view reason_phrase(int status) noexcept;

// A whole reply. Header values are ours or come from a checked head: they hold
// no CR or LF (expects).
std::string make_reply(int status, std::string_view content_type, std::string_view body,
                       const std::vector<header>& headers, bool close);
// The head of a reply whose body is sent in chunks.
std::string make_chunked_head(int status, std::string_view content_type, const std::vector<header>& headers, bool close);
// One chunk; nothing for no bytes, which would end the body.
void append_chunk(std::string& out, std::string_view bytes);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace stoplog::http
