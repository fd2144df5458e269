// A policy and the packs -> which rules run, and in which mode.
#pragma once

#include "policy/policy.hpp"
#include "policy/rule.hpp"

#include <span>
#include <vector>

namespace stoplog::policy {

struct resolved_rule {
  const stoplog::policy::pack* pack;
  const stoplog::policy::rule* rule;
  stoplog::policy::mode mode;
  std::uint32_t percent = 0;               // of canary
  const pack_use* use = nullptr;
  const rule_override* changed = nullptr;  // the override that said the mode
};

struct resolved_policy {
  std::vector<const stoplog::policy::pack*> packs;  // in the order of the policy's `use`
  std::vector<resolved_rule> rules;        // in the packs' order; those that are off too
  bool complete = true;                    // every pack was found
};

// Pointers go into `packs`. What cannot be resolved is told and left out.
resolved_policy resolve(const policy& p, std::span<const pack> packs, problems& found);

}  // namespace stoplog::policy
