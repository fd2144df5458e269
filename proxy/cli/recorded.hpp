// Records of the audit log, judged again: for whom they were, what they kept of
// texts, and the key by which the proxy drew canaries.
#pragma once

#include "audit/record.hpp"
#include "base/surface.hpp"
#include "cli/audit_read.hpp"
#include "policy/compiled.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace stoplog::cli {

// For whom the proxy chose a policy then.
policy::subject subject_of(const audit::record& r);

// Where the text stood; nothing of a finding that says it in words unknown here.
std::optional<surface> surface_of(const audit::finding& f);

struct judged {
  stoplog::verdict verdict = stoplog::verdict::allow;
  std::string rule;  // that decided; empty of allow
};

// Nothing where the text cannot be judged.
std::optional<judged> judge_text(const policy::compiled_policy& by, surface where, std::string_view text);

// With the log's own key canaries are drawn as the proxy draws them.
struct log_key {
  std::string bytes;
  bool known = false;  // else `bytes` is any key
  policy::canaries canaries() const noexcept { return known ? policy::canaries::drawn : policy::canaries::enforced; }
};
log_key key_of_log(const audit_request& request);

// What is to be told where it is not.
inline constexpr std::string_view key_unknown =
    "The log's fingerprint.key cannot be read, so who is in a canary is not known: everybody was taken to be.";

}  // namespace stoplog::cli
