// The seam behind which every receiver of audit records stands.
#pragma once

#include "audit/record.hpp"
#include "base/error.hpp"

#include <atomic>
#include <cstdint>
#include <span>
#include <string>

namespace stoplog::delivery {

struct outgoing {
  std::uint64_t seq = 0;
  audit::record value;
  std::string line;  // the record's bytes as they stand in the log
};

class sink {
 public:
  virtual ~sink() = default;

  // Gives the records to the receiver, in order. True: it has all of them.
  // After an error it may have some: the same records are given again, so a
  // receiver sees every record at least once. Ends within half a minute, and
  // soon after stop(). Errors: audit_unavailable, in our own words.
  virtual result<void> deliver(std::span<const outgoing> records) = 0;

  // From another thread.
  void stop() noexcept { stopping_ = true; }
  // Records that the receiver took and threw away, by its own words.
  std::uint64_t rejected() const noexcept { return rejected_; }

 protected:
  const std::atomic<bool>& stopping() const noexcept { return stopping_; }
  void add_rejected(std::uint64_t count) noexcept { rejected_ += count; }

 private:
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> rejected_{0};
};

}  // namespace stoplog::delivery
