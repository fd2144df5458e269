#include "dialect/anthropic/error_object.hpp"

#include "json/writer.hpp"

namespace stoplog::dialect::anthropic {
namespace {

// https://docs.anthropic.com/en/api/errors
std::string_view type_of(int status) noexcept {
  switch (status) {
    case 401: return "authentication_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 413: return "request_too_large";
    case 429: return "rate_limit_error";
    case 503: return "overloaded_error";
    case 504: return "timeout_error";
    default: return status < 500 ? "invalid_request_error" : "api_error";
  }
}

}  // namespace

std::string error_object(const error_body& body) {
  json::writer w;
  w.begin_object().member("type", "error").key("error").begin_object().member("type", type_of(body.status));
  w.member("message", body.message).member("code", body.code);
  if (!body.decision_id.empty()) w.member("decision_id", body.decision_id);
  return w.end_object().end_object().take();
}

}  // namespace stoplog::dialect::anthropic
