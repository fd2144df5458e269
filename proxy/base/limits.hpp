// The limits of settings.yaml. Every one is enforced where it is named here and
// has a test that crosses it.
#pragma once

#include <cstddef>

namespace stoplog {

struct limits {
  std::size_t header_bytes = 16 * 1024;            // a request's or response's head; http
  std::size_t body_bytes = 10 * 1024 * 1024;       // a request's or a non-streamed answer's body; http
  std::size_t json_depth = 64;                     // nesting of arrays and objects; json
  std::size_t event_bytes = 1024 * 1024;           // one server-sent event; dialect
  std::size_t stream_bytes = 64 * 1024 * 1024;     // one streamed answer, as received; guard
  std::size_t held_bytes = 256 * 1024;             // text held back in one stream, all channels; guard
  std::size_t channels = 256;                      // channels (choices, tool calls, ...) of one stream; guard
  std::size_t connections = 10'000;                // open client connections of the process; http
};

}  // namespace stoplog
