// Undoes a content coding (RFC 9110, 8.4) as its bytes come, under limits that
// hold before memory is taken: what cannot be read cannot be judged.
//
//   coding_of(the Content-Encoding)          which one, or an error
//   decoder d(which, limits); d.feed(...)... d.finish()
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace stoplog::coding {

enum class kind : unsigned char {
  identity,
  gzip,  // RFC 1952: one member
  br,    // RFC 7932
  zstd,  // RFC 8878: one frame, with a window of at most 8 MiB (RFC 9659)
};

// Of a whole Content-Encoding value; empty: identity. One coding only: several,
// one over the other, are refused like unknown ones. Errors: unsupported_coding.
result<kind> coding_of(std::string_view content_encoding);

struct decode_limits {
  std::size_t bytes;         // decoded, all together
  std::size_t ratio = 200;   // decoded bytes for each coded one, once there are more than
  std::size_t small = 1024 * 1024;  // these: text that repeats itself shrinks by far more
};

class decoder {
 public:
  decoder(kind which, decode_limits limits);
  ~decoder();
  decoder(decoder&&) noexcept;
  decoder& operator=(decoder&&) noexcept;

  // Appends what `bytes` decode to. Errors: malformed_request (not of this
  // coding, or bytes behind its end), body_too_large (a limit). No use after one.
  result<void> feed(std::string_view bytes, std::string& out);

  // All bytes came. Errors: malformed_request (it breaks off).
  result<void> finish() const;

  bool identity() const noexcept { return stage_ == nullptr; }

  class stage;  // the library of one coding

 private:
  result<void> count(std::size_t decoded);

  std::unique_ptr<stage> stage_;  // null: identity
  decode_limits limits_;
  std::size_t coded_ = 0;
  std::size_t decoded_ = 0;
  bool ended_ = false;
};

// All of a body at once. Errors: as of decoder.
result<std::string> decode(kind which, decode_limits limits, std::string_view bytes);

}  // namespace stoplog::coding
