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
  std::string mode;         // enforce, canary, shadow
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
  std::string exception;         // by which the rule did nothing
  std::string lapsed_exception;  // by which it would have done nothing, but that it had expired
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
  std::uint64_t withheld = 0;        // of what was received, never passed on: masked, cut or dropped
  std::string not_scanned;           // why there is text that nobody judged: an errc's name; empty: there is none
  std::uint64_t known = 0;           // of what was scanned, judged before and recognised
  friend bool operator==(const coverage&, const coverage&) = default;
};

// What was kept of the texts themselves, beside the log; see audit/content.hpp.
struct captured_text {
  std::uint64_t bytes = 0;
  std::string digest;                // keyed hash of the text
  bool clipped = false;              // it was longer than what is kept
  friend bool operator==(const captured_text&, const captured_text&) = default;
};

struct captured {
  std::string mode;                  // hash, excerpt, redacted, full; empty: nothing was kept
  captured_text request, response;
  std::string sealed;                // sha256:<hex> of the sealed frame; empty: there is none
  std::string lost;                  // why there is none although the policy asks for it
  std::uint64_t segment = 0;         // where the frame stands; the log's to say
  std::uint64_t offset = 0;
  friend bool operator==(const captured&, const captured&) = default;
};

// The Merkle tree over all records before this one; see audit/tree.hpp. The
// hashes are hexadecimal.
struct tree_note {
  std::uint64_t size = 0;
  std::string root;
  std::vector<std::string> frontier; // of its full subtrees, the largest first
  friend bool operator==(const tree_note&, const tree_note&) = default;
};

// The kinds of record. `exchange`: a request and its answer, when it is over;
// `open`: a stream has begun; `admin`: something was done to the proxy itself or
// to the log; `checkpoint`: what the log held up to here.
enum class record_kind : std::uint8_t { exchange, open, admin, checkpoint };

struct record {
  record_kind kind = record_kind::exchange;
  std::string id;                // decision id, UUIDv7
  wall_time at{};                // when the request's head was read
  std::uint64_t monotonic_ms = 0;  // the same by a clock that never jumps; counts from the machine's start
  // who
  std::string key_id, team, client_address, user_agent;
  std::string user;              // keyed pseudonym of the end user whom the request names
  // what
  std::string route, endpoint, upstream, model_asked, model_answered, response_id;
  std::string trace_id, span_id; // of the request's traceparent
  std::string conversation;      // keyed pseudonym: of what the request calls it, or of how it began
  bool conversation_derived = false;
  bool streamed = false;
  // policy
  std::string policy_name, policy_version, policy_digest;
  std::string engine_version;    // of this program
  std::vector<std::string> packs;  // name@version
  std::string policy_bundle;     // the digest of the bundle that it came in; empty if in none
  // outcome
  std::string decision;          // allow, redact, block, refuse, error
  std::string rule;              // the deciding rule's id
  std::string category, severity;
  std::string stage;             // request, response: where it was decided
  std::string reason;            // an errc's name where the proxy refused or failed; opaque_refused, unknown_refused
  std::string path;              // of the part that was refused, for those two
  int status = 0;                // HTTP status sent
  std::uint64_t duration_us = 0; // from the head's end to the answer's end
  std::uint64_t first_byte_us = 0;
  std::uint64_t added_us = 0;    // of the duration, what the proxy itself took: judging, and waiting for the log
  std::uint64_t events = 0;      // streamed events received
  std::uint64_t findings_dropped = 0;
  std::vector<finding> findings;
  coverage request_coverage, response_coverage;
  std::uint64_t leaked = 0;      // bytes released after the start of the deciding match
  std::uint64_t input_tokens = 0, output_tokens = 0;
  bool tokens_estimated = false; // not counted by the upstream
  bool upstream_truncated = false;
  bool client_gone = false;
  captured content;
  // admin
  std::string event;             // policy_loaded, policy_rejected, started, stopped
  std::string note;              // our own words; of a checkpoint: the signed note
  tree_note tree;                // of a checkpoint
  bool clipped = false;          // a text was too long for the record and was cut; set by the encoder
  friend bool operator==(const record&, const record&) = default;
};

}  // namespace stoplog::audit
