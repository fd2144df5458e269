// Writes groups of records for the log's thread: one write and one sync a
// group, and what follows when a step of that fails.
#pragma once

#include "audit/checkpointer.hpp"
#include "audit/content_writer.hpp"
#include "audit/index.hpp"
#include "audit/recovery.hpp"
#include "audit/record.hpp"
#include "audit/segment_writer.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace stoplog::audit {

struct waiting_record {
  record value;
  std::function<void(bool durable)> done;
  std::string content{};  // sealed, and not written yet
};

// Read by other threads at any time.
struct log_counters {
  std::atomic<std::uint64_t> written{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> last_durable{0};  // sequence number
  std::atomic<std::uint64_t> content_lost{0};
  std::atomic<std::size_t> in_flight{0};       // taken out of the queue, and their owners not told yet
  std::atomic<bool> healthy{true};
};

class group_writer {
 public:
  // A group ends at so many bytes, so that no waiter waits for a long write.
  static constexpr std::size_t group_bytes = 4 * 1024 * 1024;

  // `proof`: nothing: no tree is kept. `segment_age`: a segment that has a record older than that gets no more.
  group_writer(file_system& files, std::filesystem::path directory, std::size_t segment_bytes, log_counters& counters,
               std::optional<proof_options> proof = {}, std::chrono::milliseconds segment_age = {});

  // Who is given the records as they become durable, but for those that were cut.
  void on_written(std::function<void(std::vector<fresh_record>)> call) { on_written_ = std::move(call); }

  // Makes the log writable as it was found. Errors: audit_unavailable.
  result<void> start(const recovery& found);

  // Takes the records off the front of `batch` as they become durable. After a
  // failure it tells every waiting owner so, drops those records, leaves the
  // others in `batch`, and returns the reason.
  result<void> write(std::deque<waiting_record>& batch);

  // A checkpoint over what has none yet. Best effort: the next start makes one too.
  void finish();
  // When write() should be called even if there are no records.
  std::optional<checkpointer::clock::time_point> wants_at() const;
  std::string checkpoint_failure() const { return proof_ ? proof_->failure() : std::string{}; }
  std::uint64_t segment() const noexcept { return segment_.first(); }

 private:
  result<void> attempt(std::deque<waiting_record>& batch);
  result<void> recover();
  void keep_content(std::deque<waiting_record>& batch);
  result<void> write_group(std::deque<waiting_record>& batch);
  void give_up(std::deque<waiting_record>& batch);
  bool fits(std::size_t line) const;
  void begin_group();
  result<void> begin_segment();
  // Puts a line, or a checkpoint, into the group at hand.
  void add_line(std::string_view line, bool waits);
  void add_own(const record& r, bool waits);
  bool add_place(std::size_t bytes, bool whole);
  void hand_over();
  void add_checkpoint();
  result<void> append_group();
  record failure_report() const;

  segment_writer segment_;
  content_writer content_;
  std::size_t segment_bytes_;
  log_counters& counters_;
  std::uint64_t next_seq_ = 1;
  std::filesystem::path directory_;
  std::optional<checkpointer> proof_;
  std::chrono::milliseconds segment_age_;
  std::chrono::steady_clock::time_point segment_since_{};
  std::string lines_;             // of one group
  std::uint64_t in_group_ = 0;    // lines of it
  std::vector<fresh_record> fresh_;  // of it, as far as they can be handed over
  std::function<void(std::vector<fresh_record>)> on_written_;
  std::string failure_;           // not empty: the next thing to write is a report of it
  wall_time failed_since_{};
  std::uint64_t failed_before_ = 0;
  std::uint64_t refused_before_ = 0;
};

// What a record says whose content was not kept.
void lose(captured& content, std::string why);

// An admin record of the log's own making.
record own_record(std::string event, std::string note);

}  // namespace stoplog::audit
