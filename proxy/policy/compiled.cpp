#include "policy/compiled.hpp"

#include "policy/by_category.hpp"

#include <algorithm>

namespace stoplog::policy {
namespace {

constexpr std::string_view plain_message = "This was refused by the policy of this service.";
constexpr std::string_view opaque_message = "This holds a part that cannot be read as text, and the policy of this service refuses such parts.";
constexpr std::string_view unknown_message = "This holds a member or an event that is not known here, and the policy of this service refuses what is not known.";

// Whether it is the model alone that tells if the selector takes the subject.
bool asks_for_model(const selector& s, const subject& who) {
  if (s.models.empty()) return false;
  selector without = s;
  without.models.clear();
  return without.takes(who);
}

}  // namespace

verdict compiled_policy::effect(std::uint32_t rule, direction d) const {
  const auto& muted = muted_[static_cast<std::size_t>(d)];
  if (muted != nullptr && (*muted)[rule]) return verdict::allow;
  return all_->database->rule(rule).effect;
}

std::shared_ptr<const match::muted_rules> compiled_policy::muted(direction d) const noexcept {
  return muted_[static_cast<std::size_t>(d)];
}

const exception* compiled_policy::noted(std::uint32_t rule, direction d, bool lapsed) const noexcept {
  const auto found = std::find_if(notes_.begin(), notes_.end(), [&](const note& n) {
    return n.rule == rule && n.where == d && n.lapsed == lapsed;
  });
  return found == notes_.end() ? nullptr : found->by;
}

on_error compiled_policy::when_unjudged(surface where) const {
  const policy& source = all_->source;
  bool any = false;
  for (std::uint32_t i = 0; i < all_->rules.size(); ++i) {
    if (effect(i, where.direction) == verdict::allow || !all_->database->rule(i).surfaces.contains(where)) continue;
    any = true;
    const auto* said = for_category(source.on_error_of, all_->rules[i].category);
    if ((said != nullptr ? *said : source.on_error) == on_error::block) return on_error::block;
  }
  return any ? on_error::allow : source.on_error;
}

compiled_policy::contents::contents(std::string_view fingerprint_key)
    : key(fingerprint_key),
      of_matches(key),
      of_users(pseudonyms_of(key, "user")) {}

std::string compiled_policy::fingerprint(std::string_view matched) const { return all_->of_matches.of(matched); }

std::string_view compiled_policy::message_for(std::uint32_t rule) const {
  expects(rule < all_->rules.size(), "a message of a rule that the policy does not have");
  const active_rule& by = all_->rules[rule];
  if (!by.message.empty()) return by.message;
  if (const auto* said = for_category(all_->source.messages, by.category)) return *said;
  return all_->source.message.empty() ? plain_message : all_->source.message;
}

std::string_view compiled_policy::message_for(const refused_part& part) const {
  if (const auto* said = for_category(all_->source.messages, part.category)) return *said;
  if (!all_->source.message.empty()) return all_->source.message;
  return part.reason == opaque_refused ? opaque_message : unknown_message;
}

std::shared_ptr<const compiled_policy> policy_set::select(const subject& who) const {
  for (const auto& candidate : policies_) {
    const auto& selectors = candidate->source().applies_to;
    if (std::any_of(selectors.begin(), selectors.end(), [&](const auto& s) { return s.takes(who); })) return candidate;
  }
  return fallback_;
}

bool policy_set::needs_model(const subject& who) const {
  for (const auto& candidate : policies_) {
    const auto& selectors = candidate->source().applies_to;
    if (std::any_of(selectors.begin(), selectors.end(), [&](const auto& s) { return asks_for_model(s, who); })) return true;
    if (std::any_of(selectors.begin(), selectors.end(), [&](const auto& s) { return s.takes(who); })) return false;
  }
  return false;
}

}  // namespace stoplog::policy
