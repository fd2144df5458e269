// What the guard saw of one exchange; goes into the audit record as it is.
#pragma once

#include "dialect/usage.hpp"
#include "policy/decision.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace stoplog::guard {

struct opaque_note {
  std::string path;
  std::string kind;
};

// Bytes are bytes of decoded text, not of JSON.
struct coverage {
  std::uint64_t received = 0;   // text that came in
  std::uint64_t scanned = 0;    // of it, judged by the policy
  std::uint64_t released = 0;   // of it, passed on (masks not counted)
  std::uint64_t known = 0;      // of what was scanned, judged before and told again by its hash
  std::vector<opaque_note> opaque;

  bool complete() const noexcept { return opaque.empty() && received == scanned; }
};

struct report {
  policy::decision decision{verdict::allow};
  stoplog::guard::coverage coverage;
  // Bytes released after the start of the deciding match: 0, recorded because it
  // is the promise; but for a match that began in an earlier part of the answer.
  std::uint64_t leaked = 0;
  dialect::token_usage usage;     // as the upstream counted, if it did
  bool findings_dropped = false;  // there were more findings than are kept
};

}  // namespace stoplog::guard
