// The append-only log: the truth. One thread writes; workers queue.
//
// Directory layout: segments log-<first sequence>.jsonl, one record a line,
// each line sealed by a checksum; index.sqlite beside them, rebuildable.
// docs/audit-record.md is the format.
#pragma once

#include "audit/record.hpp"
#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace stoplog::audit {

struct log_options {
  std::size_t queue_records = 8192;                 // beyond: append() refuses
  std::size_t segment_bytes = 64 * 1024 * 1024;     // then a new segment
};

struct log_status {
  std::uint64_t written = 0;     // records durable
  std::uint64_t failed = 0;      // records that could not be written
  std::uint64_t refused = 0;     // append() calls turned away
  std::size_t queued = 0;
  bool healthy = true;           // the last write succeeded
  std::uint64_t index_lag = 0;   // records in the log and not yet in the index
};

enum class durability : std::uint8_t {
  soon,    // written and synced with the next group
  before,  // somebody waits: the group is synced at once
};

class log {
 public:
  // Opens or creates; repairs a torn tail (the half record is cut off and
  // reported in `notes`). Errors: audit_unavailable, with what failed.
  static result<std::unique_ptr<log>> open(const std::filesystem::path& directory, const log_options& options,
                                           std::vector<std::string>& notes);

  // Waits for what is queued, then stops.
  ~log();

  // Takes a record; any thread; never blocks. False: the queue is full or the
  // log has stopped; `done` is then never called. Otherwise `done`, if given,
  // is called on the log's thread: true once the record is durable, false when
  // writing failed.
  bool append(record r, durability when, std::function<void(bool durable)> done = {});

  log_status status() const;

 private:
  struct state;
  explicit log(std::unique_ptr<state>);
  std::unique_ptr<state> state_;
};

}  // namespace stoplog::audit
