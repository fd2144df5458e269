// Retires the oldest segments of a log that a server writes: first the log says
// so, durably and under its next checkpoint, then the files go. Erases captured
// content whose time is over. On a thread of its own, which no record waits for.
#pragma once

#include "audit/content_expiry.hpp"
#include "audit/log.hpp"
#include "base/clock.hpp"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace stoplog::audit {

struct retention_options {
  std::chrono::milliseconds keep_for{};            // zero: for ever
  std::uint64_t keep_bytes = 0;                    // zero: without a limit
  std::chrono::milliseconds look_every{60'000};
};

// The first records of the segments that may go at `now`, the oldest first;
// never the last segment. A segment is too old when the one behind it was begun
// longer ago than `keep_for`. Errors: audit_unavailable.
result<std::vector<std::uint64_t>> retirable(const std::filesystem::path& directory, const retention_options& options,
                                             wall_time now);

// One look. How many segments went. Errors: audit_unavailable; nothing went that the log does not tell.
result<std::size_t> retire(const std::filesystem::path& directory, const retention_options& options, log& to, wall_time now);

class retention {
 public:
  // `to` outlives this.
  retention(std::filesystem::path directory, retention_options options, log& to);
  ~retention();
  retention(const retention&) = delete;
  retention& operator=(const retention&) = delete;

  std::string failure() const;  // why the last look failed; empty: it did not

 private:
  void run();

  const std::filesystem::path directory_;
  const retention_options options_;
  log& log_;
  content_expiry content_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::string failure_;
  std::thread thread_;
};

}  // namespace stoplog::audit
