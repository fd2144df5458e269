// What stands for redacted text. A rule's mask is a text with places in it:
//   {category}  the rule's category
//   {hash}      the first 12 digits of the match's fingerprint, as records have it
//   {last:4}    the last 4 characters of the match, 1 to 8; nothing of a match
//               that is not at least twice as long
// Everything else stands for itself.
#pragma once

#include "match/rule_spec.hpp"
#include "policy/rule.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace stoplog::policy {

// What is wrong with a mask, in one sentence; none: nothing.
std::optional<std::string> mask_problem(std::string_view mask);

// Sets the mask of `into`. `key` is that of fingerprints.
void use_mask(const rule& r, std::string_view key, match::rule_spec& into);

}  // namespace stoplog::policy
