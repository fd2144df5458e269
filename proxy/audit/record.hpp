// One record of the audit log: a value. docs/audit-record.md describes the
// JSON that it becomes.
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::audit {

inline constexpr int schema_version = 1;

struct finding {
  std::string rule;
  std::string pack;
  std::string category;
  std::string severity;
  std::string mode;         // enforce, shadow
  std::string enforced;     // what it did: allow, redact, block
  std::string would;        // what it would have done if enforced
  std::string direction;
  std::string role;
  std::string channel;
  std::string path;
  std::uint64_t begin = 0;  // bytes of the text at `path`
  std::uint64_t end = 0;
  std::string fingerprint;
  std::string excerpt;      // only where the policy says so
  friend bool operator==(const finding&, const finding&) = default;
};

struct opaque {
  std::string path;
  std::string kind;
  friend bool operator==(const opaque&, const opaque&) = default;
};

// Bytes of decoded text; see guard::coverage.
struct coverage {
  std::uint64_t received = 0;
  std::uint64_t scanned = 0;
  std::uint64_t released = 0;
  bool complete = false;
  std::vector<opaque> opaque_parts;
  std::uint64_t opaque_dropped = 0;  // parts beyond those that are listed
  friend bool operator==(const coverage&, const coverage&) = default;
};

// The kinds of record. `exchange`: a request and its answer, when it is over;
// `open`: a stream has begun; `admin`: something was done to the proxy itself.
enum class record_kind : std::uint8_t { exchange, open, admin };

struct record {
  record_kind kind = record_kind::exchange;
  std::string id;                // decision id, UUIDv7
  wall_time at{};                // when the request's head was read
  // who
  std::string key_id, team, client_address, user_agent;
  // what
  std::string route, endpoint, upstream, model_asked, model_answered, response_id;
  bool streamed = false;
  // policy
  std::string policy_name, policy_version, policy_digest;
  std::string policy_bundle;     // the digest of the bundle that it came in; empty if in none
  // outcome
  std::string decision;          // allow, redact, block, refuse, error
  std::string rule;              // the deciding rule's id
  std::string category, severity;
  std::string stage;             // request, response: where it was decided
  std::string reason;            // an errc's name where the proxy refused or failed
  int status = 0;                // HTTP status sent
  std::uint64_t duration_us = 0; // from the head's end to the answer's end
  std::uint64_t first_byte_us = 0;
  std::uint64_t events = 0;      // streamed events received
  std::uint64_t findings_dropped = 0;
  std::vector<finding> findings;
  coverage request_coverage, response_coverage;
  std::uint64_t leaked = 0;      // bytes released after the start of the deciding match
  bool upstream_truncated = false;
  bool client_gone = false;
  // admin
  std::string event;             // policy_loaded, policy_rejected, started, stopped
  std::string note;              // our own words
  bool clipped = false;          // a text was too long for the record and was cut; set by the encoder
  friend bool operator==(const record&, const record&) = default;
};

}  // namespace stoplog::audit
