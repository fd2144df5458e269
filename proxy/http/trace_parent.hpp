// The W3C traceparent header (Trace Context, level 1, 3.2).
#pragma once

#include "http/head.hpp"

#include <optional>
#include <string>

namespace stoplog::http {

struct trace_parent {
  std::string trace_id;  // 32 lower-case hexadecimal digits, not all zero
  std::string span_id;   // 16 of them, not all zero
};

// Nothing where the header is absent, stands twice, or is not exactly what the
// standard says. Of a later version the fields that this one knows are taken.
std::optional<trace_parent> read_trace_parent(const message_head& of);

}  // namespace stoplog::http
