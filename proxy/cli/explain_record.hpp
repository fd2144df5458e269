// The story of one record of the audit log, and what the policies of today make
// of what it captured.
#pragma once

#include "cli/audit_read.hpp"

#include <string>
#include <vector>

namespace stoplog::cli {

struct record_question {
  audit_request log;               // where it lies; its id, or the beginning of it
  std::vector<std::string> paths;  // the policies of today; empty: those of the settings, or of this folder
  wall_time at{};                  // at which exceptions are looked at
  std::string responder_key;       // a file; what the log keeps sealed is judged too. Empty: only excerpts in the record
  bool reveal = false;
  bool json = false;
};

exit_code explain_record(const record_question& asked);

}  // namespace stoplog::cli
