// The story of one text under one policy: what matched, what nearly did, who
// decided and what comes of it.
#pragma once

#include "cli/effective.hpp"
#include "policy/compiled.hpp"
#include "policy/decision.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::cli {

struct matched_rule {
  effective_rule rule;
  std::vector<match::text_span> spans;  // in the order of the text
  verdict did;                          // what it may do under its mode
  verdict would;                        // what it would do if enforced
  const policy::exception* excuse = nullptr;  // by which it does nothing
  const policy::exception* lapsed = nullptr;  // by which it would do nothing, but that it has expired
  bool late = false;                    // only in the text behind the block: in no record of an answer
};

// A rule that would have matched but for one thing.
struct near_rule {
  effective_rule rule;
  std::string why;
  place because;  // of that one thing
};

struct story {
  std::vector<matched_rule> matched;  // by where they begin
  std::vector<near_rule> near;
  stoplog::verdict verdict = stoplog::verdict::allow;
  std::string decided_by;             // a rule's id, or empty
  std::uint64_t decided_at = 0;
  std::string message;                // of a block
  std::string released;               // what goes on, masks in place; of a blocked request nothing
};

// Errors: invalid_utf8, evaluation_failed.
result<story> tell(const policy::compiled_policy& policy, const std::vector<effective_rule>& rules, surface where,
                   std::string_view text);

}  // namespace stoplog::cli
