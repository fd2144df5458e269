// Accepts connections for one worker. Every worker listens on the same address
// (SO_REUSEPORT); the kernel spreads connections over them.
#pragma once

#include "config/settings.hpp"
#include "http/worker.hpp"

#include <boost/asio/ssl/context.hpp>

#include <cstdint>

namespace stoplog::http {

class listener {
 public:
  // Binds and listens. `port` replaces the settings' (they may say 0). `tls` is
  // null for plain HTTP. Throws boost::system::system_error.
  listener(worker& on, const config::listener& from, std::uint16_t port, boost::asio::ssl::context* tls);

  // Starts accepting, on the worker's thread. Errors back off and never end it.
  void start();
  // Any thread; no connection is accepted afterwards. Must outlive the worker's run().
  void stop();

  std::uint16_t port() const;

 private:
  awaitable<void> accept_all();
  void admit(tcp_socket socket);

  worker& worker_;
  tcp_acceptor acceptor_;
  boost::asio::ssl::context* tls_;
};

}  // namespace stoplog::http
