// Holds a whole log against its own tree, against checkpoints that were kept
// elsewhere, and the captured content against the log; names exactly what is
// wrong or missing. Changes nothing.
#pragma once

#include "audit/note.hpp"
#include "audit/verify_content.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::audit {

struct verify_request {
  std::filesystem::path directory;
  std::optional<note_verifier> key;   // nothing: signatures are not checked
  std::string held;                   // signed checkpoints that were kept elsewhere, one after the other
  std::uint64_t last = UINT64_MAX;    // no record beyond this one is looked at, and no content
  bool content = true;                // false: a log that was copied without it
};

struct verified {
  std::uint64_t first = 0, last = 0;  // the records that are there; 0: none
  std::uint64_t retired = 0;          // records before them that were retired, as the log itself says
  std::uint64_t checkpoints = 0;      // that agree with the records before them
  std::uint64_t covered = 0;          // records up to this one stand under a checkpoint: signed, if there is a key
  std::uint64_t held = 0;             // checkpoints kept elsewhere that the log agrees with
  content_verified content;
  bool being_written = false;         // a server has the log: its end may be unfinished
  std::vector<std::string> problems;  // sentences; none: the log is whole as far as it is covered
  std::vector<std::string> remarks;   // what is no damage but should be known
};

// Errors: audit_unavailable, where the log cannot be read at all.
result<verified> verify_log(const verify_request& asked);

// Whether a process has the directory now.
bool is_being_written(const std::filesystem::path& directory);

}  // namespace stoplog::audit
