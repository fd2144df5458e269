// Carries the records of the log to one sink: reads the segments themselves
// from its cursor on, delivers a batch, saves the cursor, and again. It never
// waits: step() says how long to wait until the next one.
//
// At least once: the cursor moves after the sink has the batch, so a crash
// between the two repeats one batch, and no more than one. What is held is one
// batch, whatever the sink does.
#pragma once

#include "audit/encode.hpp"
#include "audit/walk.hpp"
#include "base/clock.hpp"
#include "delivery/cursor.hpp"
#include "delivery/sink.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::delivery {

struct courier_options {
  std::vector<std::string> only;          // decisions of exchanges and kinds of other records; empty: all
  bool from_newest = false;               // without a cursor: begin at the end of the log, not at its beginning
  std::size_t batch_records = 500;
  std::size_t batch_bytes = 1024 * 1024;  // a batch ends with the record that exceeds it
  duration every{0};                      // between two batches, at the least
  duration look_every{200};               // at a log that has nothing new
  duration first_retry{500};              // doubled with every failure,
  duration longest_retry{60'000};         // up to this; then a random part of it is taken off
};

struct courier_status {
  std::uint64_t next = 0;        // the first record that is not delivered yet
  std::uint64_t delivered = 0;   // records, repeated ones included
  std::uint64_t failures = 0;    // attempts
  std::uint64_t missed = 0;      // records that were gone or unreadable
  std::uint64_t rejected = 0;    // records that the receiver threw away, by its own words
  std::string failure;           // why the last attempt failed; empty once one has succeeded
};

class courier {
 public:
  // `tell` gets one sentence for each stretch of records that cannot be
  // delivered any more; false: not taken, tell it again later. `chance` gives
  // numbers from 0 up to, not including, 1.
  courier(std::filesystem::path audit_directory, const std::string& name, sink& to, courier_options options,
          std::function<bool(const std::string&)> tell, std::function<double()> chance);

  // One attempt, with records up to number `durable`. Returns how long to wait.
  duration step(std::uint64_t durable);

  courier_status status() const;  // any thread

 private:
  bool start(std::uint64_t durable);
  bool gather(std::uint64_t durable);
  void take(const audit::line& at);
  void note(const audit::trouble& found);
  bool wants(const audit::record& r) const;
  duration failed(const std::string& why);
  duration succeeded();
  bool tell_pending();

  const std::filesystem::path directory_;
  const std::string name_;
  sink& sink_;
  const courier_options options_;
  const std::function<bool(const std::string&)> tell_;
  const std::function<double()> chance_;
  const cursor cursor_;
  std::optional<audit::walk> walk_;
  audit::decoder decoder_;
  std::vector<outgoing> batch_;
  std::size_t batch_bytes_ = 0;
  bool delivered_ = false;            // the batch is, and the cursor is not saved yet
  audit::position saved_;
  std::vector<std::string> pending_;  // to be told
  std::uint64_t failures_in_row_ = 0;
  std::atomic<std::uint64_t> next_{0}, delivered_records_{0}, failures_{0}, missed_{0};
  mutable std::mutex mutex_;
  std::string failure_;               // guarded
};

}  // namespace stoplog::delivery
