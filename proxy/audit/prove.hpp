// One record with everything that shows, without the rest of the log, that it
// stood there: a file in the form of C2SP tlog-proof, whose extra data is the
// record's line.
#pragma once

#include "audit/note.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace stoplog::audit {

// Errors: audit_unavailable with a sentence (no such record, or no signed
// checkpoint stands after it yet).
result<std::string> prove(const std::filesystem::path& directory, std::uint64_t seq);

struct proven {
  std::string line;            // the record, as it stands in the log
  std::uint64_t seq = 0;
  checkpoint_text checkpoint;
};

// Errors: malformed_request with a sentence: what does not fit.
result<proven> check_proof(std::string_view file, const note_verifier& key);

}  // namespace stoplog::audit
