// Holds the captured content beside the log against what the log says of it:
// every sealed frame is what its record states, or a record accounts for its end.
//
// Of an erasure the log names the decision; of an expiry it tells how many texts
// went. So content that is gone without an erasure is expired as long as later
// records tell of that many, and missing beyond.
#pragma once

#include "audit/record.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace stoplog::audit {

struct content_verified {
  std::uint64_t intact = 0;
  std::uint64_t erased = 0;   // by somebody, on record
  std::uint64_t expired = 0;  // their time was over, on record
  std::uint64_t missing = 0;  // no record accounts for it
  std::uint64_t changed = 0;
  friend bool operator==(const content_verified&, const content_verified&) = default;
};

class content_verification {
 public:
  explicit content_verification(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // In the order of the log: a record of which content was sealed, and every
  // admin record. A sentence where the content is changed or cut off; empty
  // otherwise.
  std::string take(std::uint64_t seq, const record& of);
  void take_admin(std::uint64_t seq, const record& of);

  // After the last record; a sentence for each text that nothing accounts for.
  std::vector<std::string> finish();

  const content_verified& found() const noexcept { return found_; }

 private:
  struct absent {
    std::uint64_t seq;
    std::string id;
    std::string where;
  };

  std::filesystem::path directory_;
  content_verified found_;
  std::vector<absent> gone_;
  std::set<std::string> erased_;                 // decision ids
  std::map<std::uint64_t, std::uint64_t> told_;  // by the record that tells of it: how many texts expired
};

}  // namespace stoplog::audit
