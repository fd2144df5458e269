#include "http/client_watch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

namespace stoplog::http {

namespace asio = boost::asio;

namespace {
// Unread bytes hide the end behind them from a wait for readability; then the
// connection is looked at this often.
constexpr auto look_again = std::chrono::milliseconds(250);
}  // namespace

struct client_watch::state : std::enable_shared_from_this<client_watch::state> {
  state(connection& c, std::function<void()> f) : client(&c), on_gone(std::move(f)), timer(c.socket().get_executor()) {}

  void wait() {
    client->socket().async_wait(
        tcp::socket::wait_read,
        asio::bind_cancellation_slot(stop.slot(), [self = shared_from_this()](boost::system::error_code ec) {
          if (!ec) self->look();
        }));
  }

  void look() {
    if (client == nullptr) return;
    bool unread = false;
    if (client->peer_gone(unread)) {
      client = nullptr;
      return on_gone();
    }
    if (!unread) return wait();
    timer.expires_after(look_again);
    timer.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (!ec) self->look();
    });
  }

  connection* client;  // null once nobody watches any more
  std::function<void()> on_gone;
  http::timer timer;
  asio::cancellation_signal stop;
};

client_watch::client_watch(connection& client, std::function<void()> on_gone)
    : state_(std::make_shared<state>(client, std::move(on_gone))) {
  state_->wait();
}

client_watch::~client_watch() {
  state_->client = nullptr;
  state_->timer.cancel();
  state_->stop.emit(asio::cancellation_type::terminal);
}

}  // namespace stoplog::http
