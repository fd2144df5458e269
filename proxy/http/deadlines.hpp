// The named deadlines of one session, on one timer. Arming is a store, so that
// it can be done for every read and write of a stream.
#pragma once

#include "base/clock.hpp"
#include "http/executor.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace stoplog::http {

enum class deadline : std::uint8_t { header, body, client_write, keep_alive, connect, first_byte, stream_idle, total };
inline constexpr std::size_t deadline_count = 8;

std::string_view to_string(deadline d) noexcept;

class deadlines {
 public:
  // `on_passed` is called once for each deadline that passes while armed; it
  // ends the waiting operation (closes or cancels a socket). Never called
  // after this object is gone.
  deadlines(executor on, std::function<void(deadline)> on_passed);
  ~deadlines();
  deadlines(const deadlines&) = delete;
  deadlines& operator=(const deadlines&) = delete;

  void arm(deadline which, duration after);
  void disarm(deadline which) noexcept;

  bool passed(deadline which) const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;  // shared with the timer's pending handler only
};

// Arms for one scope.
class armed {
 public:
  armed(deadlines& of, deadline which, duration after) : of_(of), which_(which) { of_.arm(which, after); }
  ~armed() { of_.disarm(which_); }
  armed(const armed&) = delete;
  armed& operator=(const armed&) = delete;

 private:
  deadlines& of_;
  deadline which_;
};

}  // namespace stoplog::http
