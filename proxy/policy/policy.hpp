// A policy as a value: which packs apply to whom, and what happens.
#pragma once

#include "policy/rule.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::policy {

// Facts about a request by which a policy is chosen. Empty: unknown.
struct subject {
  std::string route;
  std::string team;
  std::string key_id;
  std::string model;
};

// One entry of applies_to; an empty list takes everything. Patterns are
// literal but for `*`, which takes any run of characters.
struct selector {
  std::vector<std::string> routes;
  std::vector<std::string> teams;
  std::vector<std::string> keys;
  std::vector<std::string> models;
};

struct pack_use {
  std::string pack;
  std::string version;                        // "", "1.4.0", "~1.4" or "^1"
  std::optional<stoplog::policy::mode> mode;  // absent: the policy's default
  std::uint32_t strictness = 1;               // rules of a higher strictness do not run
  stoplog::place place;
};

struct rule_override {
  std::string rule;
  stoplog::policy::mode mode = mode::shadow;
  std::string reason;
  stoplog::place place;
};

// What the record keeps of a match's text beside its fingerprint.
enum class capture : std::uint8_t { none, excerpt };

// What happens to an answer that could not be evaluated.
enum class on_error : std::uint8_t { block, allow };

// How a streamed answer is passed on: as soon as no rule can need a byte any more,
// or once all of it was judged.
enum class stream_release : std::uint8_t { exact, buffer };

struct policy {
  std::string name;
  std::string version;
  std::string owner;
  std::string description;
  std::string digest;                       // sha256:<hex> of the file's bytes
  std::vector<selector> applies_to;         // empty: the fallback, used when nothing else applies
  mode default_mode = mode::shadow;
  stoplog::policy::on_error on_error = on_error::block;
  stoplog::policy::stream_release stream_release = stream_release::exact;
  std::uint64_t buffer_bytes = 1024 * 1024; // of an answer's events, under `buffer`
  std::string message;                      // for blocks whose rule has none
  std::uint32_t blocked_request_status = 403;  // 403 or 400
  std::vector<pack_use> use;
  std::vector<rule_override> overrides;
  stoplog::policy::capture capture = capture::none;
  std::uint32_t capture_context = 0;        // bytes before and after a match that an excerpt keeps
  stoplog::place place;
};

}  // namespace stoplog::policy
