// The verbs of `stoplog audit` for captured content: reveal, erase, hold, release.
#pragma once

#include "audit/acts.hpp"
#include "cli/audit_read.hpp"
#include "cli/verbs.hpp"

#include <string>

namespace stoplog::cli {

void add_audit_content(CLI::App& audit, exit_code& code);

// True once an act is on record, or will be when a server starts; false after a
// complaint: then it must not be done.
bool record_act(const std::filesystem::path& directory, const audit::act& what, exit_code& code);

// Who runs this program, for records of what people did: name, number, sudo.
std::string who_acts();

}  // namespace stoplog::cli
