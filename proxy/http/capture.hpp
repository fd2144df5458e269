// What the record of one exchange keeps of its texts, as the policy says: a hash,
// or the texts sealed to the responders. Nothing that is kept is ever written in
// the clear where responders are named.
#pragma once

#include "audit/content_text.hpp"
#include "audit/record.hpp"
#include "audit/responder_key.hpp"
#include "config/settings.hpp"
#include "guard/transcript.hpp"
#include "policy/compiled.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace stoplog::http {

class capture {
 public:
  // `to` outlives this; empty: nobody may read what is kept.
  explicit capture(std::span<const audit::responder_key> to) : to_(to) {}

  // The policy is known. Before that nothing is kept.
  void begin(std::shared_ptr<const policy::compiled_policy> by, const config::content_settings& how);

  // Where the guards put what they judge; null where nothing is to be kept.
  guard::transcript* of(direction d) noexcept;

  // Excerpts leave a record's findings where they will be sealed.
  void take_excerpts(audit::record& from);
  void drop_excerpts(audit::record& from) const;

  // Once: says in the complete record what is kept, and returns it, sealed; empty
  // where there is nothing.
  std::string finish(audit::record& into);

 private:
  std::vector<audit::content_text> texts_of(policy::capture mode) const;

  std::span<const audit::responder_key> to_;
  std::shared_ptr<const policy::compiled_policy> by_;
  duration keep_for_{};
  std::optional<guard::transcript> request_, response_;
  std::vector<audit::content_text> excerpts_;
};

}  // namespace stoplog::http
