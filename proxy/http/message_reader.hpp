// Reads one HTTP/1.1 message out of bytes that come in any cut; no sockets.
// Beast parses heads, under the rules of strict_rules.hpp; bodies have one
// framing, and chunks are read by chunked.hpp.
//
//   while (!reader.complete()) { read bytes; used = reader.feed(bytes); ... }
// feed() stops behind the head, so that a caller can answer before the body.
#pragma once

#include "base/error.hpp"
#include "http/head.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace stoplog::http {

class message_reader {
 public:
  enum class kind { request, response };

  message_reader(kind what, std::size_t head_bytes_max, std::size_t body_bytes_max);
  ~message_reader();
  message_reader(message_reader&&) noexcept;
  message_reader& operator=(message_reader&&) noexcept;

  // Takes bytes and says how many were used: all, unless the head or the
  // message ended before. Errors: malformed_http, head_too_large, body_too_large.
  result<std::size_t> feed(std::string_view bytes);

  // The peer closed. Fine where that ends the message (a response without a
  // length); otherwise upstream_truncated.
  result<void> end_of_input();

  bool started() const noexcept;        // any byte was taken
  bool head_complete() const noexcept;
  bool complete() const noexcept;
  const message_head& head() const noexcept;

  // The body bytes that came and were not taken yet; the caller may take and
  // clear. The limit counts all that came.
  std::string& body() noexcept;

 private:
  class parser;
  std::unique_ptr<parser> parser_;
};

}  // namespace stoplog::http
