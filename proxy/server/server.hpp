// The composition root: puts the program together, runs it, reloads policies,
// drains it.
#pragma once

#include "base/place.hpp"
#include "config/settings.hpp"
#include "logging/logger.hpp"
#include "policy/compiled.hpp"

#include <memory>
#include <optional>
#include <string>

namespace stoplog::server {

// Policies and packs of the settings, compiled; null with the reasons in
// `found`. The one way in for `serve`, at start and at every reload.
std::shared_ptr<const policy::policy_set> load_policies(const config::settings& from, std::string_view fingerprint_key,
                                                        problems& found);

// The key of the fingerprints of a log that is there, for who reads it; nothing
// if there is none, or it is not for them.
std::optional<std::string> known_fingerprint_key(const std::filesystem::path& audit_directory);

// The key of all fingerprints, kept beside the audit log it belongs to; made
// at the first start. Errors: audit_unavailable.
result<std::string> fingerprint_key(const std::filesystem::path& audit_directory);

enum class outcome { stopped, not_started };

// Serves until SIGTERM or SIGINT, then drains. SIGHUP reloads. What went wrong
// at start is in `found` or the journal.
outcome run(const config::settings& settings, logging::logger& journal, problems& found);

}  // namespace stoplog::server
