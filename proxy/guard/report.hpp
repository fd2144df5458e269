// What the guard saw of one exchange; goes into the audit record as it is.
#pragma once

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
  // Bytes of the deciding channel released after the start of the deciding
  // match: 0, always; recorded because it is the promise.
  std::uint64_t leaked = 0;
  bool findings_dropped = false;  // there were more findings than are kept
};

}  // namespace stoplog::guard
