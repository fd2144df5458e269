// Keeps the tree over the records and says, from time to time, what it is: for
// the log's thread. A group's lines are added as it is put together; commit()
// makes them part of the tree once they are durable, rollback() forgets them.
#pragma once

#include "audit/note.hpp"
#include "audit/record.hpp"
#include "audit/tree.hpp"
#include "base/error.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::audit {

struct proof_options {
  std::shared_ptr<const note_signer> signer;  // null: checkpoints are not signed
  std::chrono::milliseconds every{10'000};    // a checkpoint follows a record within this time,
  std::size_t records = 1000;                 // or after so many records
  std::filesystem::path second_place;         // a file that signed checkpoints are appended to; empty: none
};

class checkpointer {
 public:
  using clock = std::chrono::steady_clock;
  explicit checkpointer(proof_options options) : options_(std::move(options)) {}

  // The tree as the log in `directory` has it, up to and without record
  // `next_seq`. Errors: audit_unavailable.
  result<void> restore(const std::filesystem::path& directory, std::uint64_t next_seq);

  // A record of the group at hand; `waits`: it wants a checkpoint over it.
  void add(std::string_view line, bool waits);
  bool due() const;                            // a checkpoint should stand next
  std::optional<clock::time_point> at() const; // when one will be due; nothing: no record waits for one
  bool lacks_one() const noexcept { return pending_since_ != 0; }
  // The checkpoint over everything so far; its own line is then added as well.
  record make();

  // Also brings new checkpoints to the second place.
  void commit();
  void rollback();

  // Why the second place could not be written; it is tried again with every checkpoint.
  const std::string& failure() const noexcept { return failure_; }

 private:
  void print();

  proof_options options_;
  tree durable_, pending_;
  std::uint64_t since_ = 0;            // records since the last checkpoint
  std::uint64_t pending_since_ = 0;
  clock::time_point first_{};          // when the first of them came
  std::string unprinted_, made_;       // notes for the second place: durable ones, and the group's
  std::string failure_;
};

// The tree that a checkpoint record states; nothing when it is not one.
std::optional<tree> stated_tree(const record& r);

}  // namespace stoplog::audit
