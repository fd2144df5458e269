// OpenAI's error object:
// {"error":{"message":...,"type":...,"param":null,"code":...,"decision_id":...}}
#pragma once

#include "dialect/endpoint.hpp"

namespace stoplog::dialect::openai {

std::string error_object(const error_body& body);

}  // namespace stoplog::dialect::openai
