// The captured texts of a record, opened with a responder's key.
#pragma once

#include "audit/content_text.hpp"
#include "audit/record.hpp"
#include "audit/responder_key.hpp"
#include "cli/audit_read.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::cli {

using sealed_text = audit::content_text;

struct opened_content {
  enum class state : std::uint8_t {
    open,       // `texts` is what was kept
    none,       // nothing was kept, or it was lost when it was written
    gone,       // erased, or its time was over
    other_key,  // it is sealed to other keys
    damaged,    // it is not what the record says
  } what = state::none;
  std::string why;  // a sentence, unless open
  std::vector<sealed_text> texts;
};

opened_content open_texts(const std::filesystem::path& directory, const audit::record& of, const audit::responder_key& key);

// What was kept of past exchanges, for programs that judge it again.
class kept_texts {
 public:
  // `key`: a file with a responder's private key, or empty: then only the excerpts
  // that stand in the records. With a key it goes on record first that `verb` reads
  // what is sealed. Nothing after a complaint.
  static std::optional<kept_texts> open(const audit_request& of, const std::string& key, const std::string& verb, exit_code& code);

  std::vector<sealed_text> of(const audit::record& r) const;

 private:
  std::filesystem::path directory_;
  std::optional<audit::responder_key> key_;
};

}  // namespace stoplog::cli
