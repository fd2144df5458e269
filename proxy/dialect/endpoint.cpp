#include "dialect/endpoint.hpp"

#include "dialect/openai/chat_codec.hpp"

namespace stoplog::dialect {
namespace {

constexpr openai::chat_codec chat;

struct row {
  std::string_view path;
  bool and_below;  // the path, a slash and one more segment
  endpoint is;
};

const row table[] = {
    {"/chat/completions", false, {"POST", "chat_completions", &chat}},
    {"/models", false, {"GET", "models", nullptr}},
    {"/models", true, {"GET", "models", nullptr}},
};

// Names of models have letters, digits and these; anything else (a further
// slash, a percent sign, a dot segment) could lead elsewhere.
bool is_segment(std::string_view text) noexcept {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == ':' || c == '@';
  };
  if (text.empty() || text == "." || text == "..") return false;
  for (const char c : text) {
    if (!plain(c)) return false;
  }
  return true;
}

bool takes(const row& r, std::string_view path) noexcept {
  if (!r.and_below) return path == r.path;
  return path.starts_with(r.path) && path.substr(r.path.size()).starts_with('/') && is_segment(path.substr(r.path.size() + 1));
}

}  // namespace

const endpoint* find_endpoint(std::string_view method, std::string_view path, bool& path_known) {
  path_known = false;
  for (const row& r : table) {
    if (!takes(r, path)) continue;
    path_known = true;
    if (method == r.is.method) return &r.is;
  }
  return nullptr;
}

std::string to_json(const error_body& body) {
  json::writer w;
  w.begin_object().key("error").begin_object().member("message", body.message).member("type", body.type).key("param").null();
  w.member("code", body.code);
  if (!body.decision_id.empty()) w.member("decision_id", body.decision_id);
  return w.end_object().end_object().take();
}

}  // namespace stoplog::dialect
