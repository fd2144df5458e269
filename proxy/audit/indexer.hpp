// Keeps the index up to date from the log itself, on a thread of its own: a
// slow, locked or broken index delays no record.
#pragma once

#include "audit/encode.hpp"
#include "audit/index.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace stoplog::audit {

class indexer {
 public:
  // Indexes every record up to `durable`, which outlives this and only grows.
  indexer(std::filesystem::path directory, const std::atomic<std::uint64_t>& durable);
  // Does what is left when that is little; the next start does the rest.
  ~indexer();

  // `durable` has grown. Any thread.
  void nudge();
  // Records that are durable now, in order. What is handed over need not be read from
  // the log; what is not, or comes when too much waits already, is. Any thread.
  void hand_over(std::vector<fresh_record> written);

  std::uint64_t indexed() const noexcept { return indexed_; }  // the last record's sequence number
  std::uint64_t damaged() const noexcept { return damaged_; }
  std::string failure() const;                                 // why it does not get on; empty: it does

 private:
  void run();
  bool open();
  bool catch_up();
  std::vector<fresh_record> take_fresh(std::uint64_t& last);
  bool drop_fresh();
  result<std::size_t> add_some();
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
  std::deque<fresh_record> fresh_;
  std::uint64_t fresh_bytes_ = 0;  // of their lines
  bool nudged_ = true;
  bool stopping_ = false;
  std::string failure_;
  std::thread thread_;
};

}  // namespace stoplog::audit
