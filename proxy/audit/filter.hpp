// What a reader asks for. Every given condition must hold; an empty one holds
// always. Conditions on rule, category, severity, mode and fingerprint must
// hold for one and the same finding.
#pragma once

#include "audit/encode.hpp"
#include "base/clock.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace stoplog::audit {

struct filter {
  std::string id;             // a whole id or its beginning
  std::string kind;
  std::string key, team, user, conversation, route, endpoint, model;  // model: asked for or answered
  std::string decision;
  std::string policy_digest;  // a whole digest or its beginning
  std::string rule, category, severity, mode, fingerprint;
  std::optional<wall_time> since, until;  // since <= at < until
  std::optional<int> status;

  bool asks_for_findings() const noexcept {
    return !(rule.empty() && category.empty() && severity.empty() && mode.empty() && fingerprint.empty());
  }
};

// One finding as filters see it. The rule that decided counts as one, also
// where its finding was dropped.
struct facet {
  std::string_view rule, category, severity, mode, fingerprint;
};
void for_each_facet(const record& r, const std::function<void(const facet&)>& each);

bool matches(const filter& f, const record& r);

}  // namespace stoplog::audit
