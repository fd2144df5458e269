// Which requests routes and policies reach.
#pragma once

#include "base/place.hpp"
#include "config/settings.hpp"
#include "policy/compiled.hpp"

#include <string_view>

namespace stoplog::config {

// `path` is at or below `prefix`, by whole segments: /v1/chat is below /v1 and
// /v10 is not.
bool is_below(std::string_view path, std::string_view prefix) noexcept;

// Every request that `later` would take goes to `earlier` already.
bool takes_all_of(const route& earlier, const route& later);

// A route whose requests may meet no policy is an error (E505): there is no
// "no policy". A policy that names a route or a team that the settings do not
// have is warned of (W325, W326).
void check_policies_reach(const settings& all, const policy::policy_set& policies, problems& found);

}  // namespace stoplog::config
