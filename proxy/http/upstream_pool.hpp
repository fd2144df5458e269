// One worker's connections to one upstream: kept alive, limited, verified.
#pragma once

#include "base/error.hpp"
#include "config/settings.hpp"
#include "http/connection.hpp"
#include "http/resolver.hpp"

#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <memory>
#include <span>
#include <vector>

namespace stoplog::http {

class upstream_pool {
 public:
  // `tls` is null for plain HTTP. `connections` is this worker's share.
  upstream_pool(executor on, std::span<char> scratch, resolver& names, const config::upstream& to,
                boost::asio::ssl::context* tls, std::size_t connections);

  // One connection while an exchange uses it; closed at the end unless it was
  // given back. Must not outlive the pool.
  class lease {
   public:
    lease() = default;
    lease(lease&& other) noexcept;
    lease& operator=(lease&& other) noexcept;
    ~lease();

    connection& line() noexcept { return *line_; }
    bool reused() const noexcept { return reused_; }
    // Ends whatever this lease is doing, now; also a connect under way.
    void abort() noexcept;
    // The connection is not fit for another exchange: give_back() closes it.
    void spoil() noexcept { aborted_ = true; }
    // Keeps the connection for the next exchange. Only after a complete answer.
    void give_back();

   private:
    friend class upstream_pool;
    void release() noexcept;
    upstream_pool* pool_ = nullptr;
    std::unique_ptr<connection> line_;
    bool reused_ = false;
    bool aborted_ = false;
  };

  // A kept connection, or a new one that connect() must open. Errors:
  // overloaded when all are in use. `fresh`: no kept one.
  result<lease> reserve(bool fresh);

  // Resolves, connects, and verifies TLS. Does nothing for a kept connection.
  // Errors: upstream_unreachable, upstream_tls.
  awaitable<result<void>> connect(lease& of);

  const config::upstream& settings() const noexcept { return to_; }
  // Closes what is kept and unused.
  void close_idle() noexcept;

 private:
  struct kept {
    std::unique_ptr<connection> line;
    std::chrono::steady_clock::time_point since;
  };
  std::unique_ptr<connection> new_line();

  executor executor_;
  std::span<char> scratch_;
  resolver& names_;
  const config::upstream& to_;
  boost::asio::ssl::context* tls_;
  std::size_t connections_max_;
  std::size_t in_use_ = 0;
  std::vector<kept> idle_;  // the longest unused first
};

}  // namespace stoplog::http
