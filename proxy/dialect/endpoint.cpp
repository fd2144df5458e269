#include "dialect/endpoint.hpp"

#include "dialect/anthropic/error_object.hpp"
#include "dialect/anthropic/messages_codec.hpp"
#include "dialect/openai/chat_codec.hpp"
#include "dialect/openai/completions_codec.hpp"
#include "dialect/openai/error_object.hpp"
#include "dialect/openai/input_codec.hpp"
#include "dialect/openai/models_codec.hpp"
#include "dialect/responses/codec.hpp"

#include <algorithm>
#include <vector>

namespace stoplog::dialect {
namespace {

constexpr openai::chat_codec chat;
constexpr openai::completions_codec completions;
constexpr openai::models_codec models;
constexpr responses::responses_codec typed;
constexpr anthropic::messages_codec messages;
constexpr anthropic::count_tokens_codec count_tokens;

// Not `starting_after`: a stream that begins in its middle would show the end of
// a text without its beginning.
constexpr std::string_view response_query[] = {"include[]", "include%5B%5D", "include", "stream", "include_obfuscation"};
constexpr std::string_view beta[] = {"beta"};  // Anthropic's libraries say beta=true
constexpr std::string_view pages[] = {"limit", "after_id", "before_id"};

const endpoint table[] = {
    {"POST", "/chat/completions", "chat_completions", &chat, openai::error_object},
    {"POST", "/completions", "completions", &completions, openai::error_object},
    {"POST", "/responses", "responses", &typed, openai::error_object},
    {"GET", "/responses/{}", "responses_stored", &typed, openai::error_object, response_query},
    {"POST", "/embeddings", "embeddings", &openai::embeddings, openai::error_object},
    {"POST", "/moderations", "moderations", &openai::moderations, openai::error_object},
    {"POST", "/messages", "messages", &messages, anthropic::error_object, beta},
    {"POST", "/messages/count_tokens", "count_tokens", &count_tokens, anthropic::error_object, beta},
    {"GET", "/models", "models", &models, nullptr, pages},
    {"GET", "/models/{}", "models", &models, nullptr},
};

bool is_plain(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == ':' || c == '@';
}

// Names of models have letters, digits and these; anything else (a further
// slash, a percent sign, a dot segment) could lead elsewhere.
bool is_segment(std::string_view text) noexcept {
  if (text.empty() || text == "." || text == "..") return false;
  return std::all_of(text.begin(), text.end(), is_plain);
}

std::string_view take_segment(std::string_view& path) noexcept {
  path.remove_prefix(1);  // its slash
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool takes(std::string_view pattern, std::string_view path) noexcept {
  while (pattern.starts_with('/') && path.starts_with('/')) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view given = take_segment(path);
    if (wanted == "{}" ? !is_segment(given) : given != wanted) return false;
  }
  return pattern.empty() && path.empty();
}

}  // namespace

std::span<const endpoint> endpoints() noexcept { return table; }

const endpoint* find_endpoint(std::string_view method, std::string_view path, bool& path_known) {
  path_known = false;
  for (const endpoint& e : table) {
    if (!takes(e.path, path)) continue;
    path_known = true;
    if (method == e.method) return &e;
  }
  return nullptr;
}

bool takes_query(const endpoint& of, std::string_view query) {
  std::vector<std::string_view> seen;
  for (;;) {
    const std::size_t end = query.find('&');
    const std::string_view one = query.substr(0, end);
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view name = one.substr(0, equals);
    const std::string_view value = one.substr(equals + 1);
    if (std::find(of.query.begin(), of.query.end(), name) == of.query.end() || !std::all_of(value.begin(), value.end(), is_plain)) return false;
    if (!name.ends_with("[]") && !name.ends_with("%5B%5D") && std::find(seen.begin(), seen.end(), name) != seen.end()) return false;
    seen.push_back(name);
    if (end == std::string_view::npos) return true;
    query.remove_prefix(end + 1);
  }
}

std::string to_json(const error_body& body, const endpoint* of, bool to_anthropic) {
  if (of != nullptr && of->error_object != nullptr) return of->error_object(body);
  return to_anthropic ? anthropic::error_object(body) : openai::error_object(body);
}

}  // namespace stoplog::dialect
