// Expected failures of the data plane: one enum, one struct, one result type.
//
// An error carries a code, a sentence of our own and the place in our source
// that raised it. Text that came from a client or an upstream never enters
// `detail`: it would reach logs and error bodies.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace stoplog {

enum class errc {
  // what a client sent
  malformed_json,        // not strict JSON (RFC 8259), or ambiguous: duplicate members, lone surrogates
  invalid_utf8,          // text that is not UTF-8
  malformed_request,     // JSON, but not the shape the endpoint defines
  too_deep,              // nesting beyond limits.json_depth
  body_too_large,        // beyond limits.body_bytes
  malformed_http,        // HTTP/1.1 that an intermediary must not forward
  head_too_large,        // beyond limits.header_bytes
  unsupported_coding,    // a Content-Encoding that is not decoded
  unsupported_media_type,
  endpoint_not_covered,  // no dialect scans this endpoint
  no_route,              // no route takes this path and model
  unknown_key,           // clients are configured and this key is none of them
  policy_blocked,
  // what an upstream did
  upstream_unreachable,
  upstream_tls,          // handshake or verification failed
  upstream_timeout,
  upstream_malformed,    // an answer that breaks HTTP, SSE, JSON or a limit
  upstream_truncated,    // it ended before its answer did
  // ourselves
  overloaded,            // shed: too many connections or a full queue
  draining,
  audit_unavailable,     // the record could not be made durable
  evaluation_failed,     // a rule could not be evaluated (out of memory)
  deadline,              // a named deadline of ours passed
  client_gone,
};

// The reason code that stands in error bodies, logs, metrics and records: the
// enumerator's own name. Stable; part of the documented surface.
std::string_view to_string(errc code) noexcept;

struct error {
  errc code;
  std::string detail;  // our words; may be empty
  boost::source_location where;
};

template <class T>
using result = boost::system::result<T, error>;

inline error fail(errc code, std::string detail = {},
                  boost::source_location where = BOOST_CURRENT_LOCATION) {
  return error{code, std::move(detail), where};
}

// Thrown by expects(): a bug of ours, never bad input. Caught once a session.
class contract_violation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// Checks what only a bug could break; stays on in release builds.
inline void expects(bool holds, const char* what) {
  if (!holds) throw contract_violation(what);
}

// boost::system::result asks for this when value() is taken of an error: a bug.
[[noreturn]] inline void throw_exception_from_error(const error& failure, const boost::source_location&) {
  throw contract_violation("value() of a failed result: " + std::string(to_string(failure.code)));
}

}  // namespace stoplog
