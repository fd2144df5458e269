// Writes groups of records for the log's thread: one write and one sync a
// group, and what follows when a step of that fails.
#pragma once

#include "audit/recovery.hpp"
#include "audit/record.hpp"
#include "audit/segment_writer.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

namespace stoplog::audit {

struct waiting_record {
  record value;
  std::function<void(bool durable)> done;
};

// Read by other threads at any time.
struct log_counters {
  std::atomic<std::uint64_t> written{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> last_durable{0};  // sequence number
  std::atomic<std::size_t> in_flight{0};       // taken out of the queue, and their owners not told yet
  std::atomic<bool> healthy{true};
};

class group_writer {
 public:
  // A group ends at so many bytes, so that no waiter waits for a long write.
  static constexpr std::size_t group_bytes = 4 * 1024 * 1024;

  group_writer(file_system& files, std::filesystem::path directory, std::size_t segment_bytes, log_counters& counters);

  // Makes the log writable as it was found. Errors: audit_unavailable.
  result<void> start(const recovery& found);

  // Takes the records off the front of `batch` as they become durable. After a
  // failure it tells every waiting owner so, drops those records, leaves the
  // others in `batch`, and returns the reason.
  result<void> write(std::deque<waiting_record>& batch);

 private:
  result<void> attempt(std::deque<waiting_record>& batch);
  result<void> recover();
  result<void> write_group(std::deque<waiting_record>& batch);
  void give_up(std::deque<waiting_record>& batch);
  result<void> append(std::string_view lines, std::uint64_t records);
  record failure_report() const;

  segment_writer segment_;
  std::size_t segment_bytes_;
  log_counters& counters_;
  std::uint64_t next_seq_ = 1;
  std::string lines_;             // of one group
  std::string failure_;           // not empty: the next thing to write is a report of it
  wall_time failed_since_{};
  std::uint64_t failed_before_ = 0;
  std::uint64_t refused_before_ = 0;
};

// An admin record of the log's own making.
record own_record(std::string event, std::string note);

}  // namespace stoplog::audit
