// Keeps the index up to date from the log itself, on a thread of its own: a
// slow, locked or broken index delays no record.
#pragma once

#include "audit/encode.hpp"
#include "audit/index.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace stoplog::audit {

class indexer {
 public:
  // Indexes every record up to `durable`, which outlives this and only grows.
  indexer(std::filesystem::path directory, const std::atomic<std::uint64_t>& durable);
  // Does what is left when that is little; the next start does the rest.
  ~indexer();

  // `durable` has grown. Any thread.
  void nudge();

  std::uint64_t indexed() const noexcept { return indexed_; }  // the last record's sequence number
  std::uint64_t damaged() const noexcept { return damaged_; }
  std::string failure() const;                                 // why it does not get on; empty: it does

 private:
  void run();
  bool open();
  bool catch_up();
  result<void> forget_retired();
  void remember(const std::string& failure);

  const std::filesystem::path directory_;
  const std::atomic<std::uint64_t>& durable_;
  std::atomic<std::uint64_t> indexed_{0};
  std::atomic<std::uint64_t> damaged_{0};
  // of its own thread
  std::optional<index_writer> index_;
  std::optional<walk> walk_;
  decoder decoder_;
  std::chrono::steady_clock::time_point forget_at_{};  // when rows of retired segments are looked for
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool nudged_ = true;
  bool stopping_ = false;
  std::string failure_;
  std::thread thread_;
};

}  // namespace stoplog::audit
