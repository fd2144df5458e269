// The admin surface as request -> reply; no sockets. For operators and
// orchestrators, on a listener of its own.
#pragma once

#include "audit/log.hpp"
#include "metrics/registry.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace stoplog::admin {

struct reply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// What the handlers ask of the running server.
struct questions {
  std::function<bool()> draining;
  std::function<audit::log_status()> audit;
  // Loads policies and rules anew and answers when it is done, from any
  // thread: empty, or why the last good ones stay.
  std::function<void(std::function<void(std::string)>)> reload;
};

class handlers {
 public:
  handlers(const metrics::registry& numbers, questions ask) : numbers_(numbers), ask_(std::move(ask)) {}

  //   GET  /livez     200 while the process works at all
  //   GET  /readyz    200 when it should get traffic; 503 with the reason
  //   GET  /metrics   Prometheus text
  //   POST /-/reload  200, or 422 with the problems
  // `done` is called once, possibly later and from another thread.
  void handle(std::string_view method, std::string_view path, const std::function<void(reply)>& done) const;

 private:
  reply ready() const;
  const metrics::registry& numbers_;
  questions ask_;
};

}  // namespace stoplog::admin
