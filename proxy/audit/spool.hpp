// A second place for records while the log cannot be written: a log of its own,
// best on another disk. What waits there goes into the log when that can be
// written again, each record at least once.
#pragma once

#include "audit/log.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace stoplog::audit {

struct spool_options {
  std::size_t bytes = 256 * 1024 * 1024;            // of records; beyond: append() refuses
  std::chrono::milliseconds look_every{250};
  file_system* files = nullptr;                     // as log_options
};

class spool {
 public:
  // `to` outlives this. Errors: audit_unavailable.
  static result<std::unique_ptr<spool>> open(const std::filesystem::path& directory, const spool_options& options, log& to,
                                             std::vector<std::string>& notes);
  ~spool();

  // As log::append with durability::before. Captured content does not wait here:
  // the record says that it is lost.
  bool append(record r, std::function<void(bool durable)> done);

  // Whether it would take a record now.
  bool takes() const;
  std::uint64_t waiting() const noexcept { return waiting_; }  // records, of earlier processes too
  std::string failure() const;                                 // why it could not be emptied; empty: it could

 private:
  spool(std::filesystem::path directory, const spool_options& options, log& to);
  result<void> begin(std::vector<std::string>& notes);
  void run();
  result<void> empty();
  result<void> move_records();

  const std::filesystem::path directory_;
  const spool_options options_;
  log& to_;
  mutable std::mutex mutex_;            // guards what follows
  std::condition_variable wake_;
  std::unique_ptr<log> second_;         // null while it is emptied
  std::size_t bytes_ = 0;
  std::string failure_;
  bool stopping_ = false;
  std::atomic<std::uint64_t> waiting_{0};
  std::uint64_t moved_ = 0;             // of the thread: the last number that is in the log
  std::thread thread_;
};

}  // namespace stoplog::audit
