// Takes the chunked transfer coding (RFC 9112, 7.1) apart, byte by byte, so that
// no cut of it can matter. Sizes are one to 16 hexadecimal digits and end in
// CRLF: no white space, no extensions, no trailers.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stoplog::http {

class chunk_reader {
 public:
  // Takes framing from the front of `bytes` up to the next data, of which the
  // result is a view (empty: more bytes are needed, or the last chunk is over).
  // Errors: malformed_http.
  result<std::string_view> next(std::string_view& bytes);

  bool complete() const noexcept { return at_ == state::over; }

 private:
  enum class state : std::uint8_t { first_digit, digits, size_lf, data, data_cr, data_lf, last_cr, last_lf, over };
  result<void> take(char c);

  state at_ = state::first_digit;
  unsigned digits_ = 0;
  std::uint64_t left_ = 0;  // of the chunk's data
};

}  // namespace stoplog::http
