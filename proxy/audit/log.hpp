// The append-only log: the truth. One thread writes; workers queue.
//
// Directory layout: segments log-<first sequence>.jsonl, one record a line,
// each line sealed by a checksum; index.sqlite beside them, rebuildable.
// docs/audit-record.md is the format.
#pragma once

#include "audit/checkpointer.hpp"
#include "audit/record.hpp"
#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace stoplog::audit {

class file_system;

struct log_options {
  std::size_t queue_records = 8192;                 // beyond: append() refuses
  std::size_t segment_bytes = 64 * 1024 * 1024;     // then a new segment
  std::chrono::milliseconds soon_delay{200};        // `soon` records wait at most so long for company,
  std::size_t soon_records = 512;                   // or until so many have come together
  std::chrono::milliseconds retry_delay{250};       // between two attempts to write while unhealthy
  std::chrono::milliseconds stall{5000};            // a write that takes longer makes the log unhealthy
  std::chrono::milliseconds segment_age{};          // a segment is ended after so long; zero: never
  std::optional<proof_options> proof;               // nothing: no tree, no checkpoints
  std::size_t content_bytes = 64 * 1024 * 1024;     // of captured content that waits; beyond: it is lost, its record is not
  bool index = true;                                // keep index.sqlite up to date
  file_system* files = nullptr;                     // null: the real one; otherwise it outlives the log
};

struct log_status {
  std::uint64_t written = 0;     // records durable
  std::uint64_t durable = 0;     // the number of the last durable record, of earlier processes too
  std::uint64_t failed = 0;      // records that could not be written: given up, their owners told
  std::uint64_t refused = 0;     // append() calls turned away
  std::uint64_t content_lost = 0;  // records whose captured content could not be kept
  std::size_t queued = 0;
  bool healthy = true;           // the last write succeeded and none hangs
  std::uint64_t index_lag = 0;   // records in the log and not yet in the index
  std::uint64_t damaged = 0;     // places in the log that could not be read, found while indexing
  std::string failure;           // why the last write failed; empty once one has succeeded
  std::string checkpoint_failure;  // why checkpoints do not get to their second place; empty while they do
  std::string index_failure;     // why the index does not get on; empty while it does
};

enum class durability : std::uint8_t {
  soon,    // written and synced with the next group
  before,  // somebody waits: the group is synced at once
};

class log {
 public:
  // Opens or creates; repairs a torn tail (the half record is cut off and
  // reported in `notes`, and in an admin record). One process at a time has a
  // directory. Errors: audit_unavailable, with what failed.
  static result<std::unique_ptr<log>> open(const std::filesystem::path& directory, const log_options& options,
                                           std::vector<std::string>& notes);

  // Waits for what is queued, then stops.
  ~log();

  // Takes a record; any thread; never blocks. False: the queue is full or the
  // log has stopped; `done` is then never called. Otherwise `done`, if given,
  // is called on the log's thread: true once the record is durable, false when
  // writing failed. It must not throw and not call back into the log's
  // destructor. A record whose owner was told false is not written later; one
  // that nobody waits for is kept in the queue and tried again.
  //
  // `content`: the sealed frame that the record speaks of. It is durable before
  // the record is; where it cannot be kept, the record says so.
  bool append(record r, durability when, std::function<void(bool durable)> done = {}, std::string content = {});

  // The same, and waits. Not for the workers.
  bool append_and_wait(record r);

  log_status status() const;

 private:
  struct state;
  explicit log(std::unique_ptr<state>);
  std::unique_ptr<state> state_;
};

}  // namespace stoplog::audit
