#include "http/forwarding.hpp"

#include <algorithm>
#include <array>

namespace stoplog::http {
namespace {

constexpr std::array<std::string_view, 10> request_headers{
    "accept",      "content-type",    "user-agent",  "openai-organization", "openai-project",
    "openai-beta", "idempotency-key", "traceparent", "tracestate",          "x-request-id"};

constexpr std::array<std::string_view, 8> answer_names{"x-request-id",   "openai-organization", "openai-processing-ms",
                                                       "openai-version", "openai-model",        "retry-after",
                                                       "retry-after-ms", "cache-control"};
constexpr std::string_view rate_limits = "x-ratelimit-";

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
  const std::string_view own = from.value("authorization");
  if (!to.bearer.empty()) {
    append(out, "authorization", "Bearer " + to.bearer);
  } else if (authorize && !own.empty() && !from.has_token("connection", "authorization")) {
    append(out, "authorization", own);
  }
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
    const bool limit = each.name.size() > rate_limits.size() &&
                       equal_ignoring_case(std::string_view(each.name).substr(0, rate_limits.size()), rate_limits);
    if (limit || listed(answer_names, each.name)) list.push_back({each.name, each.value});
  }
  return list;
}

}  // namespace stoplog::http
