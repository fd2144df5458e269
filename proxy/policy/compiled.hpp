// Policies and packs, compiled: an immutable snapshot that a request keeps
// while a reload swaps the current one.
#pragma once

#include "match/database.hpp"
#include "match/stream.hpp"
#include "policy/active_rule.hpp"
#include "policy/decision.hpp"
#include "policy/digest.hpp"
#include "policy/policy.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::policy {

class compiled_policy {
 public:
  const std::string& name() const noexcept { return all_->source.name; }
  const std::string& version() const noexcept { return all_->source.version; }
  // sha256:<hex> over the policy's and its packs' bytes and what overrides
  // make of them: two equal digests judge alike.
  const std::string& digest() const noexcept { return all_->digest; }
  // The digest of the bundle that all of it came in; empty if it came in files.
  const std::string& bundle() const noexcept { return all_->bundle; }
  // With everything that it extends in it.
  const policy& source() const noexcept { return all_->source; }
  // The packs that it uses, name@version.
  const std::vector<std::string>& packs() const noexcept { return all_->packs; }

  // Only rules that are not off; the index is the rule index of the database.
  std::span<const active_rule> rules() const noexcept { return all_->rules; }
  const std::shared_ptr<const match::database>& database() const noexcept { return all_->database; }

  // What a match of the rule does. Before applied(): as if every canary were
  // enforced and nothing excepted.
  verdict effect(std::uint32_t rule, direction d) const;
  // The exception by which the rule does nothing; null if there is none.
  const exception* excuse(std::uint32_t rule, direction d) const noexcept { return noted(rule, d, false); }
  // The one by which it would do nothing if that had not expired.
  const exception* lapsed_excuse(std::uint32_t rule, direction d) const noexcept { return noted(rule, d, true); }
  // For the matcher: the rules that do nothing but get recorded; null if none.
  std::shared_ptr<const match::muted_rules> muted(direction d) const noexcept;

  // What becomes of a text there that could not be judged: block, if that is
  // said for the category of any rule that acts on such texts.
  stoplog::policy::on_error when_unjudged(surface where) const;

  // The keyed hash by which equal matches are recognised without their text.
  // HMAC-SHA256, the first 16 bytes as hexadecimal digits.
  std::string fingerprint(std::string_view matched) const;

  // The keyed hash that stands for a person in records; never the fingerprint of
  // a text.
  std::string user_pseudonym(std::string_view name) const { return all_->of_users.of(name); }

  // What the client reads when `rule` blocked: the rule's message, else the
  // policy's for its category, else the policy's, else a plain sentence. Never
  // names rule or pattern. And the same where no rule did.
  std::string_view message_for(std::uint32_t rule) const;
  std::string_view message_for(const refused_part& part) const;

 private:
  friend class policy_set;
  friend std::shared_ptr<const compiled_policy> applied(const std::shared_ptr<const compiled_policy>& to,
                                                        const subject& who, wall_time at, canaries how);
  struct excepted_rule {
    std::uint32_t rule;
    std::uint32_t exception;  // of source.exceptions
  };
  struct contents {
    explicit contents(std::string_view fingerprint_key);

    policy source;
    std::string digest;
    std::string bundle;
    std::vector<std::string> packs;
    std::string key;
    keyed_hash of_matches, of_users;
    std::vector<active_rule> rules;
    std::vector<excepted_rule> excepted;
    std::vector<std::uint32_t> canaries;  // rules
    std::shared_ptr<const match::database> database;
  };
  struct note {
    std::uint32_t rule;
    direction where;
    const exception* by;
    bool lapsed;
  };
  explicit compiled_policy(std::shared_ptr<const contents> all) : all_(std::move(all)) {}
  const exception* noted(std::uint32_t rule, direction d, bool lapsed) const noexcept;
  void mute(std::uint32_t rule, direction d);
  void apply_canaries(const subject& who);
  void apply_exceptions(const subject& who, wall_time at);

  std::shared_ptr<const contents> all_;
  std::shared_ptr<match::muted_rules> muted_[direction_count];
  std::vector<note> notes_;
};

// The policy as it holds for one request at one instant: exceptions that are
// not over and take the request, and the canaries that it is not among, mute
// their rules. The same object where there is nothing to apply.
std::shared_ptr<const compiled_policy> applied(const std::shared_ptr<const compiled_policy>& to, const subject& who,
                                               wall_time at, canaries how = canaries::drawn);

class policy_set {
 public:
  // `fingerprint_key` keys fingerprint(); at least 16 bytes. On errors the set
  // is null and `found` says why; warnings may come with a set. `bundle` is the
  // digest of the bundle that they came in, if in one.
  static std::shared_ptr<const policy_set> compile(std::vector<pack> packs, std::vector<policy> policies,
                                                   std::string_view fingerprint_key, problems& found,
                                                   std::string_view bundle = {});

  // The first policy one of whose selectors takes the subject, in the order of
  // their names; else the fallback; else null: such a request is refused.
  std::shared_ptr<const compiled_policy> select(const subject& who) const;

  // Whether which policy takes the subject may hang on its model. Who names none
  // (a stored answer) must not get round a policy by that.
  bool needs_model(const subject& who) const;

  // The keyed hash that stands for a conversation in records; never that of a
  // person of that name.
  std::string conversation_pseudonym(std::string_view name) const { return of_conversations_.of(name); }

  // Without templates.
  std::span<const std::shared_ptr<const compiled_policy>> policies() const noexcept { return policies_; }
  std::span<const pack> packs() const noexcept { return packs_; }
  const std::string& digest() const noexcept { return digest_; }  // over all policies

 private:
  explicit policy_set(std::string_view key) : key_(key), of_conversations_(pseudonyms_of(key, "conversation")) {}
  void add(policy source, problems& found);

  std::vector<pack> packs_;
  std::vector<std::shared_ptr<const compiled_policy>> policies_;
  std::shared_ptr<const compiled_policy> fallback_;
  std::string digest_;
  std::string bundle_;
  std::string key_;
  keyed_hash of_conversations_;
};

}  // namespace stoplog::policy
