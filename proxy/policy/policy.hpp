// A policy as a value: which packs apply to whom, and what happens.
#pragma once

#include "base/clock.hpp"
#include "policy/exception.hpp"
#include "policy/parts.hpp"
#include "policy/rule.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::policy {

struct pack_use {
  std::string pack;
  std::string version;                        // "", "1.4.0", "~1.4" or "^1"
  std::optional<stoplog::policy::mode> mode;  // absent: the policy's default
  std::uint32_t percent = 0;                  // of canary
  std::optional<std::uint32_t> strictness;    // rules of a higher strictness do not run; absent: 1
  bool locked = false;                        // what extends the policy may not weaken it
  stoplog::place place;
  stoplog::place mode_place;                  // of the mode, where it is said
};

struct rule_override {
  std::string rule;
  stoplog::policy::mode mode = mode::shadow;
  std::uint32_t percent = 0;                  // of canary
  std::string reason;
  stoplog::place place;
};

// Of a canary rule: what decides who is among its percent. A conversation is
// known by what the record names it by (docs/decisions/0011).
enum class canary_unit : std::uint8_t { conversation, key };

// What the record keeps of a text beside its fingerprint.
enum class capture : std::uint8_t { none, hash, excerpt, redacted, full };

struct capturing {
  stoplog::policy::capture otherwise = capture::none;  // of texts without a match; never excerpt
  stoplog::policy::capture on_match = capture::none;
  std::uint32_t context = 0;                           // bytes before and after a match that an excerpt keeps
};

// What happens where something could not be done.
enum class on_error : std::uint8_t { block, allow };

// What happens while records cannot be written: the request is refused; its
// record waits in a second place, and requests are refused when that is full; or
// it goes on, and the log tells later how many records are missing.
enum class on_write_failure : std::uint8_t { block, spool, allow };

// How a streamed answer is passed on: as soon as no rule can need a byte any more,
// or once all of it was judged.
enum class stream_release : std::uint8_t { exact, buffer };

// For the categories that the pattern takes.
template <class T>
struct by_category {
  std::string pattern;
  T value;
};

struct auditing {
  stoplog::policy::on_write_failure on_write_failure = stoplog::policy::on_write_failure::block;
  std::optional<duration> keep_decisions;     // absent: as the settings say
  std::optional<duration> keep_content;
};

// `name`, `name@1.4.0`, `name@~1.4` or `name@^1`.
struct base_reference {
  std::string name;                           // empty: none
  std::string version;
  stoplog::place place;
};

struct policy {
  std::string name;
  std::string version;
  std::string owner;
  std::string description;
  std::string digest;                         // sha256:<hex> of the file's bytes, and of what it extends
  bool is_template = false;                   // only for others to extend
  base_reference extends;
  std::vector<selector> applies_to;           // empty: the fallback, used when nothing else applies
  mode default_mode = mode::shadow;
  stoplog::policy::on_error on_error = on_error::block;  // when a text could not be judged
  std::vector<by_category<stoplog::policy::on_error>> on_error_of;
  part_actions parts;
  stoplog::policy::stream_release stream_release = stream_release::exact;
  std::uint64_t buffer_bytes = 1024 * 1024;   // of an answer's events, under `buffer`
  std::string message;                        // for blocks whose rule has none
  std::vector<by_category<std::string>> messages;
  std::uint32_t blocked_request_status = 403; // 403 or 400
  canary_unit canary_by = canary_unit::conversation;
  std::vector<pack_use> use;
  std::vector<rule_override> overrides;
  std::vector<exception> exceptions;
  capturing capture;
  auditing audit;
  // Where single values are said, by their dotted keys: defaults.mode,
  // audit.retention.content. What is not in it has its default.
  std::map<std::string, stoplog::place, std::less<>> said;
  stoplog::place place;
};

}  // namespace stoplog::policy
