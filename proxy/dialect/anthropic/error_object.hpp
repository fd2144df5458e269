// Anthropic's error object.
#pragma once

#include "dialect/endpoint.hpp"

namespace stoplog::dialect::anthropic {

// {"type":"error","error":{"type":...,"message":...,"code":...,"decision_id":...}}
// The type follows the status, as clients expect; code and decision id are ours.
std::string error_object(const error_body& body);

}  // namespace stoplog::dialect::anthropic
