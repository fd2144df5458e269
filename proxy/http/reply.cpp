#include "http/reply.hpp"

#include <charconv>

namespace stoplog::http {

int status_of(errc code) noexcept {
  switch (code) {
    case errc::malformed_json:
    case errc::invalid_utf8:
    case errc::malformed_request:
    case errc::too_deep:
    case errc::malformed_http: return 400;
    case errc::unknown_key: return 401;
    case errc::policy_blocked: return 403;
    case errc::endpoint_not_covered:
    case errc::no_route: return 404;
    case errc::deadline: return 408;
    case errc::body_too_large: return 413;
    case errc::unsupported_coding:
    case errc::unsupported_media_type: return 415;
    case errc::head_too_large: return 431;
    case errc::client_gone: return 499;  // recorded only: nobody is there to read it
    case errc::evaluation_failed: return 500;
    case errc::upstream_unreachable:
    case errc::upstream_tls:
    case errc::upstream_malformed:
    case errc::upstream_truncated: return 502;
    case errc::overloaded:
    case errc::draining:
    case errc::audit_unavailable: return 503;
    case errc::upstream_timeout: return 504;
  }
  return 500;
}

std::string_view error_type_of(errc code) noexcept {
  if (code == errc::policy_blocked) return "policy_violation";
  const int status = status_of(code);
  if (status == 401) return "authentication_error";
  if (status == 404) return "not_found_error";
  if (status < 500) return "invalid_request_error";
  if (status == 502 || status == 504) return "upstream_error";
  return status == 503 ? "service_unavailable_error" : "api_error";
}

std::string_view sentence_for(errc code) noexcept {
  switch (code) {
    case errc::malformed_json: return "The body is not strict JSON";
    case errc::invalid_utf8: return "The body is not UTF-8";
    case errc::malformed_request: return "The body does not fit this endpoint";
    case errc::too_deep: return "The body is nested too deeply";
    case errc::body_too_large: return "The body is too large";
    case errc::malformed_http: return "The request is not HTTP/1.1 as it must be";
    case errc::head_too_large: return "The request's head is too large";
    case errc::unsupported_coding: return "This content coding is not accepted; send the body as it is, or in gzip, br or zstd";
    case errc::unsupported_media_type: return "The body must be application/json";
    case errc::endpoint_not_covered: return "This endpoint is not covered by the proxy's policies and is therefore refused";
    case errc::no_route: return "No route takes this request";
    case errc::unknown_key: return "Authentication failed";
    case errc::policy_blocked: return "This request was refused by policy.";
    case errc::upstream_unreachable: return "The model endpoint cannot be reached";
    case errc::upstream_tls: return "The model endpoint's TLS certificate could not be verified";
    case errc::upstream_timeout: return "The model endpoint did not answer in time";
    case errc::upstream_malformed: return "The model endpoint's answer could not be understood and is therefore withheld";
    case errc::upstream_truncated: return "The model endpoint's answer broke off";
    case errc::overloaded: return "The proxy is at its limit; try again shortly";
    case errc::draining: return "The proxy is shutting down; try again";
    case errc::audit_unavailable: return "The audit log cannot be written, so nothing is let through";
    case errc::evaluation_failed: return "The policy could not be evaluated, so nothing is let through";
    case errc::deadline: return "The request did not arrive in time";
    case errc::client_gone: return "The client has gone";
  }
  return "Internal error";
}

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Status";
  }
}

namespace {

std::string begin_head(int status, std::string_view content_type, const std::vector<header>& headers, bool close) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + ' ';
  out += reason_phrase(status);
  out += "\r\ncontent-type: ";
  out += content_type;
  for (const header& each : headers) {
    expects(each.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
            "a header value that would split the reply");
    out += "\r\n";
    out += each.name;
    out += ": ";
    out += each.value;
  }
  if (close) out += "\r\nconnection: close";
  return out;
}

}  // namespace

std::string make_reply(int status, std::string_view content_type, std::string_view body,
                       const std::vector<header>& headers, bool close) {
  std::string out = begin_head(status, content_type, headers, close);
  out += "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n";
  out += body;
  return out;
}

std::string make_chunked_head(int status, std::string_view content_type, const std::vector<header>& headers,
                              bool close) {
  return begin_head(status, content_type, headers, close) + "\r\ntransfer-encoding: chunked\r\n\r\n";
}

void append_chunk(std::string& out, std::string_view bytes) {
  if (bytes.empty()) return;
  char size[16];
  const auto [end, ec] = std::to_chars(size, size + sizeof size, bytes.size(), 16);
  out.append(size, end);
  out += "\r\n";
  out += bytes;
  out += "\r\n";
}

}  // namespace stoplog::http
