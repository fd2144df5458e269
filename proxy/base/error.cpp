#include "base/error.hpp"

namespace stoplog {

std::string_view to_string(errc code) noexcept {
  switch (code) {
    case errc::malformed_json: return "malformed_json";
    case errc::invalid_utf8: return "invalid_utf8";
    case errc::malformed_request: return "malformed_request";
    case errc::too_deep: return "too_deep";
    case errc::body_too_large: return "body_too_large";
    case errc::malformed_http: return "malformed_http";
    case errc::head_too_large: return "head_too_large";
    case errc::unsupported_coding: return "unsupported_coding";
    case errc::unsupported_media_type: return "unsupported_media_type";
    case errc::endpoint_not_covered: return "endpoint_not_covered";
    case errc::no_route: return "no_route";
    case errc::unknown_key: return "unknown_key";
    case errc::policy_blocked: return "policy_blocked";
    case errc::upstream_unreachable: return "upstream_unreachable";
    case errc::upstream_tls: return "upstream_tls";
    case errc::upstream_timeout: return "upstream_timeout";
    case errc::upstream_malformed: return "upstream_malformed";
    case errc::upstream_truncated: return "upstream_truncated";
    case errc::overloaded: return "overloaded";
    case errc::draining: return "draining";
    case errc::audit_unavailable: return "audit_unavailable";
    case errc::evaluation_failed: return "evaluation_failed";
    case errc::deadline: return "deadline";
    case errc::client_gone: return "client_gone";
  }
  return "unknown";
}

}  // namespace stoplog
