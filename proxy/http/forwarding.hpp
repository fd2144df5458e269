// Which headers pass, in both directions: an explicit list, so that a header
// nobody thought of cannot change what the upstream does.
#pragma once

#include "config/settings.hpp"
#include "http/head.hpp"
#include "http/reply.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace stoplog::http {

// The head and body that go upstream, framed anew by us. `authorize` says
// whether the client's own keys may go along where the upstream has
// no credentials of its own.
std::string upstream_request(const message_head& from, const config::upstream& to, std::string_view body,
                             bool authorize);

// The headers of an upstream's answer that the client gets; views into it.
std::vector<header> answer_headers(const message_head& from);

}  // namespace stoplog::http
