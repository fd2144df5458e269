// Names to addresses, off the workers: getaddrinfo blocks and cannot be
// cancelled, so it has a thread of its own and a cache in front.
#pragma once

#include "base/clock.hpp"
#include "http/executor.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace stoplog::http {

class resolver {
 public:
  using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

  resolver();
  ~resolver();
  // No look-up is answered afterwards; those under way end by their timeout.
  void stop();
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;

  // Any thread. An address resolves to itself at once; a cached name at once,
  // and is asked for anew behind the answer once it is older than 30 s. Empty:
  // the name does not resolve, or not within `at_most`. A name that stops
  // resolving keeps its last answer.
  awaitable<endpoints> lookup(std::string host, std::uint16_t port, duration at_most);

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace stoplog::http
