// One client connection: requests one after the other, until either side ends
// it. Lives on its worker's thread; owned by its coroutine.
#pragma once

#include "http/connection.hpp"
#include "http/deadlines.hpp"
#include "http/message_reader.hpp"
#include "http/worker.hpp"

#include <functional>
#include <string>

namespace stoplog::http {

class session {
 public:
  session(worker& on, connection client);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  // The whole life of the connection; `tls`: begins with a handshake.
  awaitable<void> run(bool tls);

  // Ends after the exchange under way; at once if there is none.
  void drain() noexcept;
  // Ends now.
  void abort() noexcept;

  // For the exchange.
  worker& home() noexcept { return worker_; }
  connection& client() noexcept { return client_; }
  deadlines& clock() noexcept { return deadlines_; }
  const std::string& client_address() const noexcept { return client_address_; }
  // Called when a deadline of the upstream's side passes.
  void on_upstream_deadline(std::function<void()> call) { upstream_deadline_ = std::move(call); }

  // Reads the rest of a request whose head is there. Errors as of message_reader, deadline, client_gone.
  awaitable<result<void>> read_body(message_reader& into);
  // Writes to the client under its deadline. False: the client is gone.
  awaitable<bool> write(std::string_view bytes);

 private:
  awaitable<result<void>> read_head(message_reader& into);
  awaitable<bool> serve_one();
  awaitable<void> refuse_head(const error& why);
  awaitable<void> linger();
  void on_deadline(deadline passed);
  void drop_used(std::size_t bytes);

  worker& worker_;
  connection client_;
  std::string client_address_;
  std::string unused_;  // bytes behind the last message: the next request's
  std::function<void()> upstream_deadline_;
  bool idle_ = true;
  bool draining_ = false;
  deadlines deadlines_;  // last: its callback uses the others
};

}  // namespace stoplog::http
