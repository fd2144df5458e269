// Which endpoints exist and what is done with them. Anything not in this table
// is refused: an endpoint that nobody scans is another door to the same model.
#pragma once

#include "dialect/codec.hpp"

#include <string>
#include <string_view>

namespace stoplog::dialect {

struct endpoint {
  std::string_view method;  // GET, POST
  std::string_view name;    // chat_completions, models: for records and metrics
  const codec* scans;       // null: nothing to scan in the request, its answer is forwarded (models)
};

// `path` is what follows the route's version prefix: "/chat/completions",
// "/models", "/models/gpt-x". Null: not covered. `path_known` tells that the
// path exists under another method (405).
const endpoint* find_endpoint(std::string_view method, std::string_view path, bool& path_known);

// OpenAI's error object:
// {"error":{"message":...,"type":...,"param":null,"code":...,"decision_id":...}}
struct error_body {
  std::string_view type;     // policy_violation, invalid_request_error, api_error, ...
  std::string_view code;     // the reason code or the category
  std::string_view message;
  std::string_view decision_id;
};
std::string to_json(const error_body& body);

}  // namespace stoplog::dialect
