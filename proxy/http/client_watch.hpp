// Notices that a client has gone while its session waits for the upstream: a
// closed connection shows only to somebody who looks at it. Consumes nothing,
// so pipelined requests stay where they are.
#pragma once

#include "http/connection.hpp"

#include <functional>
#include <memory>

namespace stoplog::http {

class client_watch {
 public:
  // Calls `on_gone` at most once, on the connection's thread, and never after
  // this object is gone. The connection must outlive it; nobody may read from
  // it meanwhile.
  client_watch(connection& client, std::function<void()> on_gone);
  ~client_watch();
  client_watch(const client_watch&) = delete;
  client_watch& operator=(const client_watch&) = delete;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace stoplog::http
