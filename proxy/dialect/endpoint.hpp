// Which endpoints exist and what is done with them. Anything not in this table
// is refused: an endpoint that nobody scans is another door to the same model.
#pragma once

#include "dialect/codec.hpp"

#include <span>
#include <string>
#include <string_view>

namespace stoplog::dialect {

// An error of ours, to be told in a dialect's own error object.
struct error_body {
  int status;                // of HTTP; the dialects' types follow it
  std::string_view type;     // OpenAI's: policy_violation, invalid_request_error, api_error, ...
  std::string_view code;     // the reason code or the category
  std::string_view message;
  std::string_view decision_id;
};

struct endpoint {
  std::string_view method;  // POST: its body is judged; GET: it has none
  std::string_view path;    // behind the route's prefix; a segment {} takes any one: /models/{}
  std::string_view name;    // chat_completions, models: for records and metrics
  const codec* scans;       // null: nothing is read, the answer is forwarded
  std::string (*error_object)(const error_body&);  // null: of several dialects; errors are in the client's
  std::span<const std::string_view> query = {};  // names of the parameters that may be given
};

// The whole table; `stoplog coverage` walks it, and each codec's shapes.
std::span<const endpoint> endpoints() noexcept;

// `path`: "/chat/completions", "/models", "/models/gpt-x". Null: not covered.
// `path_known` tells that the path exists under another method.
const endpoint* find_endpoint(std::string_view method, std::string_view path, bool& path_known);

// Whether each parameter of `query` (what follows the question mark) is one of
// the endpoint's, stands once (name[] may stand often), and is plain: no percent
// sign, no plus, nothing that two readers could take for different things.
bool takes_query(const endpoint& of, std::string_view query);

// A header that Anthropic demands of each request: who sends it reads Anthropic's errors.
inline constexpr std::string_view anthropic_header = "anthropic-version";

// In the shape of the endpoint's dialect. Of no endpoint, and of one that several
// dialects have: in Anthropic's for `to_anthropic` clients, otherwise in OpenAI's.
std::string to_json(const error_body& body, const endpoint* of, bool to_anthropic = false);

}  // namespace stoplog::dialect
