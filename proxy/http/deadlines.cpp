#include "http/deadlines.hpp"

#include <algorithm>

namespace stoplog::http {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

std::string_view to_string(deadline d) noexcept {
  constexpr std::array<std::string_view, deadline_count> names{"header",  "body",       "client_write", "keep_alive",
                                                               "connect", "first_byte", "stream_idle",  "total"};
  return names[static_cast<std::size_t>(d)];
}

struct deadlines::state : std::enable_shared_from_this<deadlines::state> {
  static constexpr steady::time_point never = steady::time_point::max();

  state(executor on, std::function<void(deadline)> f) : timer(std::move(on)), on_passed(std::move(f)) {
    at.fill(never);
  }

  void arm(deadline which, duration after) {
    const auto when = steady::now() + after;
    at[static_cast<std::size_t>(which)] = when;
    gone[static_cast<std::size_t>(which)] = false;
    // A timer that fires too early costs one look; only an earlier deadline
    // than the one it waits for must move it.
    if (when < waiting_for) wait(when);
  }

  void wait(steady::time_point when) {
    waiting_for = when;
    timer.expires_at(when);  // ends a pending wait with operation_aborted
    timer.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (ec != asio::error::operation_aborted && !self->closed) self->look();
    });
  }

  void look() {
    const auto now = steady::now();
    waiting_for = never;
    for (std::size_t i = 0; i < deadline_count; ++i) {
      if (at[i] > now) continue;
      at[i] = never;
      gone[i] = true;
      on_passed(static_cast<deadline>(i));
      if (closed) return;
    }
    const auto next = *std::min_element(at.begin(), at.end());
    if (next != never && next < waiting_for) wait(next);
  }

  http::timer timer;
  std::function<void(deadline)> on_passed;
  std::array<steady::time_point, deadline_count> at{};
  std::array<bool, deadline_count> gone{};
  steady::time_point waiting_for = never;
  bool closed = false;
};

deadlines::deadlines(executor on, std::function<void(deadline)> on_passed)
    : state_(std::make_shared<state>(std::move(on), std::move(on_passed))) {}

deadlines::~deadlines() {
  state_->closed = true;
  state_->timer.cancel();
}

void deadlines::arm(deadline which, duration after) { state_->arm(which, after); }
void deadlines::disarm(deadline which) noexcept { state_->at[static_cast<std::size_t>(which)] = state::never; }
bool deadlines::passed(deadline which) const noexcept { return state_->gone[static_cast<std::size_t>(which)]; }

}  // namespace stoplog::http
