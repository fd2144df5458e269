// A request of each endpoint with a body, with objects on every level. `said` is
// put where a person's text stands.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace stoplog::support {

// By the endpoint's path; empty: none is known.
inline std::string request_body(std::string_view path, std::string_view said) {
  static const std::map<std::string, std::string, std::less<>> bodies{
      {"/chat/completions",
       R"({"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"SAID"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"r"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}],"stream_options":{"include_usage":true},"prediction":{"type":"content","content":"p"},"metadata":{"k":"v"}})"},
      {"/completions", R"({"model":"m","prompt":"SAID","suffix":"s","stop":["x"],"stream_options":{"include_usage":true}})"},
      {"/responses",
       R"({"model":"m","instructions":"i","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"SAID"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"r"}],"tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"}}],"text":{"format":{"type":"text"}},"metadata":{"k":"v"}})"},
      {"/embeddings", R"({"model":"m","input":["SAID","b"],"user":"u"})"},
      {"/moderations", R"({"model":"m","input":[{"type":"text","text":"SAID"}]})"},
      {"/messages",
       R"({"model":"m","max_tokens":9,"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"text","text":"SAID"}]},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"a":"b"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"r"}]}],"tools":[{"name":"f","description":"d","input_schema":{"type":"object"}}],"metadata":{"user_id":"u"}})"},
      {"/messages/count_tokens", R"({"model":"m","system":"s","messages":[{"role":"user","content":"SAID"}],"tools":[{"name":"f","description":"d","input_schema":{"type":"object"}}]})"}};
  const auto at = bodies.find(path);
  if (at == bodies.end()) return {};
  std::string body = at->second;
  return body.replace(body.find("SAID"), 4, said);
}

}  // namespace stoplog::support
