// Policies and packs as values, as the files say them. config makes these,
// policy compiles them.
#pragma once

#include "base/place.hpp"
#include "base/surface.hpp"
#include "base/verdict.hpp"
#include "match/rule_spec.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::policy {

enum class action : std::uint8_t { observe, signal, redact, block };

// What a match does is decided by the policy's mode, never by the pack.
// From the weakest to the strongest; canary enforces for a part of the traffic.
enum class mode : std::uint8_t { off, shadow, canary, enforce };

// How far its author trusts a rule. Documentation, but that `check` warns of
// an enforced rule that is not stable.
enum class status : std::uint8_t { experimental, test, stable, deprecated };

std::string_view to_string(action a) noexcept;
std::string_view to_string(mode m) noexcept;
std::string_view to_string(status s) noexcept;

// A test that stands beside its rule.
struct rule_test {
  std::string name;
  stoplog::direction direction = direction::request;
  stoplog::role role = role::user;         // of requests
  stoplog::channel channel = channel::content;
  std::vector<std::string> chunks;         // a `text` is one chunk
  bool expect_match = true;
  stoplog::place place;
};

// What a rule says of itself to its readers; nothing here changes a verdict.
struct rule_notes {
  std::string description;
  stoplog::policy::status status = status::stable;
  std::optional<double> confidence;           // 0 to 1
  std::vector<std::string> frameworks;        // owasp-llm:2026/LLM02
  std::vector<std::string> false_positives;   // what it is known to hit wrongly
  std::vector<std::string> references;
};

struct rule {
  std::string id;        // unique over all packs that a policy uses
  std::string title;
  rule_notes notes;
  stoplog::severity severity = severity::medium;
  std::string category;  // dotted: security.secret_leak.cloud_credential
  stoplog::policy::action action = action::observe;
  surface_set surfaces;
  match::expression match;                  // without parts where `signals` stand for them
  std::vector<stoplog::place> part_places;  // of match.parts, then of match.unless
  std::vector<std::string> signals;         // rules of action signal, by id: the things that match.count counts
  std::uint32_t strictness = 1;             // 1 to 4; runs where the policy's use asks for this or more
  bool locked = false;                      // a policy may not make it weaker than its pack's mode, nor excuse it
  std::optional<std::uint32_t> max_length;  // code points
  std::string mask = "[REDACTED]";          // stands for redacted text
  std::string message;   // what the client reads when this rule blocks; may be empty
  std::vector<rule_test> tests;
  stoplog::place place;
};

struct pack {
  std::string name;
  std::string version;   // semantic: 1.4.0
  std::string owner;
  std::string license;
  std::string description;
  std::string digest;    // sha256:<hex> of the file's bytes, and of the list files that it names
  std::vector<rule> rules;
  stoplog::place place;
};

}  // namespace stoplog::policy
