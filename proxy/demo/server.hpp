// The demo model as a server, on the loopback interface, in one thread. Not for
// anybody but demos and tests.
//
//   POST /v1/chat/completions   the scripted answers (demo/script.hpp), streamed and not;
//   POST /v1/completions        the same as a text,
//   POST /v1/responses          as items and typed events,
//   GET  /v1/responses/{id}     and the last of those again
//   POST /v1/embeddings, /v1/moderations   numbers
//   GET  /v1/models             the models, whose names choose a behaviour
//   GET  /demo/stats            {"requests","open","finished","aborted","bytes"}
//   GET  /demo/last             the last request as it came: what a proxy made of it
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace stoplog::demo {

struct server_options {
  std::string address = "127.0.0.1";  // loopback, or serve() fails
  std::uint16_t port = 8081;          // 0: the system chooses
  duration pace{120};                 // between two tokens of a stream
};

// Serves until SIGINT or SIGTERM. `listening` is called once with the port.
// Errors: malformed_request (the address), upstream_unreachable (it is taken).
result<void> serve(const server_options& options, const std::function<void(std::uint16_t port)>& listening);

}  // namespace stoplog::demo
