// A policy for one request: exceptions and canaries.
#include "policy/compiled.hpp"
#include "policy/digest.hpp"

#include <algorithm>
#include <charconv>

namespace stoplog::policy {
namespace {

constexpr std::array directions{direction::request, direction::response};

// Where in [0, 2^32) one stands; the same for every rule of a policy, so that a
// higher percent only adds to who is among it.
std::uint64_t place_of(const policy& p, const subject& who, std::string_view key) {
  std::string identity = "canary\n" + p.name + '\n' + who.key_id;
  if (p.canary_by == canary_unit::conversation || who.key_id.empty()) identity += '\n' + who.conversation;
  const std::string digits = keyed_fingerprint(key, identity);
  std::uint32_t place = 0;
  std::from_chars(digits.data(), digits.data() + 8, place, 16);
  return place;
}

bool is_among(std::uint64_t place, std::uint32_t percent) { return place < (std::uint64_t{percent} << 32U) / 100; }

}  // namespace

void compiled_policy::mute(std::uint32_t rule, direction d) {
  auto& muted = muted_[static_cast<std::size_t>(d)];
  if (muted == nullptr) muted = std::make_shared<match::muted_rules>(all_->rules.size());
  (*muted)[rule] = true;
}

void compiled_policy::apply_canaries(const subject& who) {
  if (all_->canaries.empty()) return;
  const std::uint64_t place = place_of(all_->source, who, all_->key);
  for (const std::uint32_t rule : all_->canaries) {
    if (is_among(place, all_->rules[rule].percent)) continue;
    for (const direction d : directions) mute(rule, d);
  }
}

void compiled_policy::apply_exceptions(const subject& who, wall_time at) {
  for (const excepted_rule& e : all_->excepted) {
    const exception& x = all_->source.exceptions[e.exception];
    if (!x.when.takes(who)) continue;
    const bool lapsed = x.expired(at);
    for (const direction d : directions) {
      if (!x.takes(d)) continue;
      if (noted(e.rule, d, lapsed) == nullptr) notes_.push_back({e.rule, d, &x, lapsed});
      if (!lapsed) mute(e.rule, d);
    }
  }
}

std::shared_ptr<const compiled_policy> applied(const std::shared_ptr<const compiled_policy>& to, const subject& who,
                                               wall_time at, canaries how) {
  if (to == nullptr || (to->all_->excepted.empty() && to->all_->canaries.empty())) return to;
  std::shared_ptr<compiled_policy> made(new compiled_policy(to->all_));
  if (how == canaries::drawn) made->apply_canaries(who);
  made->apply_exceptions(who, at);
  return made;
}

}  // namespace stoplog::policy
