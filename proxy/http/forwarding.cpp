#include "http/forwarding.hpp"

#include <algorithm>
#include <array>

namespace stoplog::http {
namespace {

constexpr std::array<std::string_view, 12> request_headers{
    "anthropic-version", "anthropic-beta",
    "accept",      "content-type",    "user-agent",  "openai-organization", "openai-project",
    "openai-beta", "idempotency-key", "traceparent", "tracestate",          "x-request-id"};

constexpr std::array<std::string_view, 10> answer_names{"request-id", "anthropic-organization-id", "x-request-id",   "openai-organization", "openai-processing-ms",
                                                       "openai-version", "openai-model",        "retry-after",
                                                       "retry-after-ms", "cache-control"};
constexpr std::string_view rate_limits[] = {"x-ratelimit-", "anthropic-ratelimit-"};

template <std::size_t N>
bool listed(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [name](auto each) { return equal_ignoring_case(each, name); });
}

void append(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

// The upstream's own key, or those that the client sent.
void append_credentials(std::string& out, const message_head& from, const config::upstream& to, bool authorize) {
  if (!to.bearer.empty()) return append(out, "authorization", "Bearer " + to.bearer);
  if (!to.api_key.empty()) return append(out, "x-api-key", to.api_key);
  if (!authorize) return;
  for (const std::string_view name : {"authorization", "x-api-key"}) {
    const std::string_view own = from.value(name);
    if (!own.empty() && !from.has_token("connection", name)) append(out, name, own);
  }
}

std::string authority(const config::upstream& to) {
  const bool v6 = to.address.host.find(':') != std::string::npos;
  const std::string host = v6 ? '[' + to.address.host + ']' : to.address.host;
  const bool usual = to.address.port == (to.https ? 443 : 80);
  return usual ? host : host + ':' + std::to_string(to.address.port);
}

}  // namespace

std::string upstream_request(const message_head& from, const config::upstream& to, std::string_view body,
                             bool authorize) {
  std::string out = from.method + ' ' + to.base_path + from.target + " HTTP/1.1\r\n";
  append(out, "host", authority(to));
  for (const field& each : from.fields) {
    // A header that Connection names belongs to the connection (RFC 9110, 7.6.1).
    if (listed(request_headers, each.name) && !from.has_token("connection", each.name)) append(out, each.name, each.value);
  }
  append_credentials(out, from, to, authorize);
  // What cannot be read cannot be judged: ask for the text as it is.
  append(out, "accept-encoding", "identity");
  if (from.method == "POST") append(out, "content-length", std::to_string(body.size()));
  out += "\r\n";
  out += body;
  return out;
}

std::vector<header> answer_headers(const message_head& from) {
  std::vector<header> list;
  for (const field& each : from.fields) {
    const bool limit = std::any_of(std::begin(rate_limits), std::end(rate_limits), [&each](std::string_view prefix) {
      return each.name.size() > prefix.size() && equal_ignoring_case(std::string_view(each.name).substr(0, prefix.size()), prefix);
    });
    if (limit || listed(answer_names, each.name)) list.push_back({each.name, each.value});
  }
  return list;
}

}  // namespace stoplog::http
