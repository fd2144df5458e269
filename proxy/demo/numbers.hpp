// The demo's embeddings and moderations: numbers that say nothing.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace stoplog::demo {

// The answers to the bodies of POST /v1/embeddings and /v1/moderations.
// Errors: those of json::reader; malformed_request without `input`.
result<std::string> embeddings_for(std::string_view body);
result<std::string> moderations_for(std::string_view body);

}  // namespace stoplog::demo
