// Policies and packs, compiled: an immutable snapshot that a request keeps
// while a reload swaps the current one.
#pragma once

#include "match/database.hpp"
#include "policy/decision.hpp"
#include "policy/policy.hpp"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::policy {

// A rule as one policy uses it.
struct active_rule {
  std::string id;
  std::string title;
  std::string pack;
  std::string pack_version;
  stoplog::severity severity = severity::medium;
  std::string category;
  stoplog::policy::action action = action::observe;
  stoplog::policy::mode mode = mode::shadow;
  std::string message;
  stoplog::place place;
};

class compiled_policy {
 public:
  const std::string& name() const noexcept;
  const std::string& version() const noexcept;
  // sha256:<hex> over the policy's and its packs' bytes and what overrides
  // make of them: two equal digests judge alike.
  const std::string& digest() const noexcept;
  // The digest of the bundle that all of it came in; empty if it came in files.
  const std::string& bundle() const noexcept;
  const policy& source() const noexcept;
  // The packs that it uses, name@version.
  const std::vector<std::string>& packs() const noexcept { return packs_; }

  // Only rules that are not off; the index is the rule index of the database.
  std::span<const active_rule> rules() const noexcept;
  const std::shared_ptr<const match::database>& database() const noexcept;

  // The keyed hash by which equal matches are recognised without their text.
  // HMAC-SHA256, the first 16 bytes as hexadecimal digits.
  std::string fingerprint(std::string_view matched) const;

  // The keyed hash that stands for a person or a conversation in records; never
  // the fingerprint of a text. `kind` keeps a user from being a conversation.
  std::string pseudonym(std::string_view kind, std::string_view name) const;

  // What the client reads when `rule` blocked: the rule's message, else the
  // policy's, else a plain sentence. Never names rule or pattern.
  std::string_view message_for(std::uint32_t rule) const;

 private:
  friend class policy_set;
  compiled_policy() = default;
  policy source_;
  std::string digest_;
  std::vector<std::string> packs_;
  std::string bundle_;
  std::string key_;
  std::vector<active_rule> rules_;
  std::shared_ptr<const match::database> database_;
};

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

  std::span<const std::shared_ptr<const compiled_policy>> policies() const noexcept;
  std::span<const pack> packs() const noexcept;
  const std::string& digest() const noexcept;  // over all policies

 private:
  policy_set() = default;
  std::vector<pack> packs_;
  std::vector<std::shared_ptr<const compiled_policy>> policies_;
  std::shared_ptr<const compiled_policy> fallback_;
  std::string digest_;
};

}  // namespace stoplog::policy
