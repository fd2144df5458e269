// What a log looks like after whatever happened to it: where to go on writing.
#pragma once

#include "audit/walk.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace stoplog::audit {

struct recovery {
  std::uint64_t next_seq = 1;
  std::uint64_t segment = 0;       // the last one; 0: there is none
  std::uint64_t bytes = 0;         // of it that are kept
  bool lacks_newline = false;      // its last record is whole but for the newline
  std::vector<std::string> notes;  // sentences: what was found
};

// Reads the last segment; changes nothing. Only bytes after the last newline
// are ever given up: they are a record that was never acknowledged.
// Errors: audit_unavailable.
result<recovery> inspect(const std::filesystem::path& directory);

}  // namespace stoplog::audit
