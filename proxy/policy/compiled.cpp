#include "policy/compiled.hpp"

#include "policy/digest.hpp"
#include "policy/pattern.hpp"

#include <algorithm>

namespace stoplog::policy {
namespace {

constexpr std::string_view plain_message = "This was refused by the policy of this service.";

bool any_takes(const std::vector<std::string>& patterns, std::string_view name) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return pattern_takes(p, name); });
}

bool takes(const selector& s, const subject& who) {
  return any_takes(s.routes, who.route) && any_takes(s.teams, who.team) && any_takes(s.keys, who.key_id) &&
         any_takes(s.models, who.model);
}

// Whether it is the model alone that tells if the selector takes the subject.
bool asks_for_model(const selector& s, const subject& who) {
  return !s.models.empty() && takes({s.routes, s.teams, s.keys, {}}, who);
}

}  // namespace

const std::string& compiled_policy::name() const noexcept { return source_.name; }
const std::string& compiled_policy::version() const noexcept { return source_.version; }
const std::string& compiled_policy::digest() const noexcept { return digest_; }
const std::string& compiled_policy::bundle() const noexcept { return bundle_; }
const policy& compiled_policy::source() const noexcept { return source_; }
std::span<const active_rule> compiled_policy::rules() const noexcept { return rules_; }
const std::shared_ptr<const match::database>& compiled_policy::database() const noexcept { return database_; }

std::string compiled_policy::fingerprint(std::string_view matched) const { return keyed_fingerprint(key_, matched); }

std::string compiled_policy::pseudonym(std::string_view kind, std::string_view name) const {
  return keyed_pseudonym(key_, kind, name);
}

std::string_view compiled_policy::message_for(std::uint32_t rule) const {
  expects(rule < rules_.size(), "a message of a rule that the policy does not have");
  if (!rules_[rule].message.empty()) return rules_[rule].message;
  return source_.message.empty() ? plain_message : source_.message;
}

std::shared_ptr<const compiled_policy> policy_set::select(const subject& who) const {
  for (const auto& candidate : policies_) {
    const auto& selectors = candidate->source().applies_to;
    if (std::any_of(selectors.begin(), selectors.end(), [&](const auto& s) { return takes(s, who); })) return candidate;
  }
  return fallback_;
}

bool policy_set::needs_model(const subject& who) const {
  for (const auto& candidate : policies_) {
    const auto& selectors = candidate->source().applies_to;
    if (std::any_of(selectors.begin(), selectors.end(), [&](const auto& s) { return asks_for_model(s, who); })) return true;
    if (std::any_of(selectors.begin(), selectors.end(), [&](const auto& s) { return takes(s, who); })) return false;
  }
  return false;
}

std::span<const std::shared_ptr<const compiled_policy>> policy_set::policies() const noexcept { return policies_; }
std::span<const pack> policy_set::packs() const noexcept { return packs_; }
const std::string& policy_set::digest() const noexcept { return digest_; }

}  // namespace stoplog::policy
