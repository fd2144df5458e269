// One connection to the demo model.
#pragma once

#include "base/clock.hpp"
#include "demo/ask.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace stoplog::demo {

// What tests ask afterwards. One thread, so plain numbers.
struct stats {
  std::uint64_t requests = 0;  // requests read that a model answers
  std::uint64_t open = 0;      // of them, being answered now
  std::uint64_t finished = 0;  // answered to the end that was meant
  std::uint64_t aborted = 0;   // the client was gone before
  std::uint64_t bytes = 0;     // of streamed events, written
  std::string last_request;    // the last such request as JSON
  std::optional<ask> last_response;  // what the last of the Responses was asked
};

// Serves one connection until its end. `counted` must outlive it.
boost::asio::awaitable<void> serve_connection(boost::asio::ip::tcp::socket socket, duration pace, stats& counted);

}  // namespace stoplog::demo
