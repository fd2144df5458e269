// A small HTTP/1.1 server for requests without a body: the admin listener.
#pragma once

#include "config/settings.hpp"
#include "http/connection.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::http {

struct short_reply {
  int status = 200;
  std::string content_type;
  std::string body;
};

class short_server {
 public:
  // Answers through `done`: once, from any thread.
  using handler = std::function<void(std::string_view method, std::string_view path, std::function<void(short_reply)> done)>;

  // Binds and listens; throws boost::system::system_error. One thread runs `on`.
  short_server(executor on, const config::endpoint& where, handler answer);

  void start();
  void stop();
  std::uint16_t port() const;

 private:
  awaitable<void> accept_all();
  awaitable<void> serve(tcp_socket socket);
  awaitable<bool> serve_one(connection& line, std::string& unused);

  executor executor_;
  tcp_acceptor acceptor_;
  handler answer_;
  std::vector<char> scratch_;
};

}  // namespace stoplog::http
