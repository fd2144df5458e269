// A file system that fails at a chosen step, once or for good.
#pragma once

#include "audit/file_system.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <string>

namespace stoplog::audit {

class failing_files final : public file_system {
 public:
  enum class step : std::uint8_t { none, make_directory, lock, create, open_existing, write, sync, truncate, sync_directory, remove };

  // From now on the `nth` call of `what` (1: the next) fails with `code`, and
  // all later ones too when `for_good`.
  void fail(step what, int nth, int code, bool for_good = false) {
    const std::lock_guard held(mutex_);
    what_ = what;
    countdown_ = nth;
    code_ = code;
    for_good_ = for_good;
    hits_ = 0;
  }
  void heal() { fail(step::none, 0, 0); }
  // How often a call was made to fail.
  int hits() const {
    const std::lock_guard held(mutex_);
    return hits_;
  }
  // Every call, for tests that let each one fail in turn.
  int calls() const { return calls_; }
  void fail_call(int nth, int code) {
    const std::lock_guard held(mutex_);
    any_ = nth;
    any_code_ = code;
    calls_ = 0;
    hits_ = 0;
  }
  std::size_t most_per_write = SIZE_MAX;  // short writes

  // sync() stays in the call until let_go().
  void hold_syncs() {
    const std::lock_guard held(mutex_);
    holding_ = true;
  }
  void let_go() {
    {
      const std::lock_guard held(mutex_);
      holding_ = false;
    }
    released_.notify_all();
  }
  bool somebody_is_held() const { return held_; }

  int make_directory(const std::filesystem::path& d) override {
    if (const int code = check(step::make_directory)) return code;
    return real_.make_directory(d);
  }
  int lock(const std::filesystem::path& f, int& handle) override {
    if (const int code = check(step::lock)) return code;
    return real_.lock(f, handle);
  }
  int create(const std::filesystem::path& f, int& handle) override {
    if (const int code = check(step::create)) return code;
    return real_.create(f, handle);
  }
  int open_existing(const std::filesystem::path& f, int& handle) override {
    if (const int code = check(step::open_existing)) return code;
    return real_.open_existing(f, handle);
  }
  // A failing write first writes half of what it was given, as a full disk does.
  int write(int handle, std::string_view bytes, std::size_t& written) override {
    if (const int code = check(step::write)) {
      real_.write(handle, bytes.substr(0, bytes.size() / 2), written);
      return code;
    }
    return real_.write(handle, bytes.substr(0, std::min(bytes.size(), most_per_write)), written);
  }
  int sync(int handle) override {
    {
      std::unique_lock held(mutex_);
      held_ = holding_;
      released_.wait(held, [&] { return !holding_; });
      held_ = false;
    }
    if (const int code = check(step::sync)) return code;
    return real_.sync(handle);
  }
  int truncate(int handle, std::uint64_t bytes) override {
    if (const int code = check(step::truncate)) return code;
    return real_.truncate(handle, bytes);
  }
  int sync_directory(const std::filesystem::path& d) override {
    if (const int code = check(step::sync_directory)) return code;
    return real_.sync_directory(d);
  }
  int remove(const std::filesystem::path& f) override {
    if (const int code = check(step::remove)) return code;
    return real_.remove(f);
  }
  void close(int handle) override { real_.close(handle); }

 private:
  int check(step now) {
    const std::lock_guard held(mutex_);
    if (++calls_ == any_) {
      ++hits_;
      return any_code_;
    }
    if (now != what_) return 0;
    if (--countdown_ > 0 || (countdown_ < 0 && !for_good_)) return 0;
    ++hits_;
    return code_;
  }

  posix_file_system real_;
  mutable std::mutex mutex_;
  std::condition_variable released_;
  step what_ = step::none;
  int countdown_ = 0;
  int code_ = 0;
  bool for_good_ = false;
  int hits_ = 0;
  std::atomic<int> calls_ = 0;
  int any_ = 0;
  int any_code_ = 0;
  bool holding_ = false;
  std::atomic<bool> held_ = false;
};

}  // namespace stoplog::audit
