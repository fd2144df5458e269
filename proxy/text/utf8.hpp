// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing
// above U+10FFFF.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stoplog::text {

inline constexpr char32_t largest_code_point = 0x10FFFF;

struct decoded {
  char32_t code_point;
  std::uint32_t length;  // in bytes, 1 to 4
};

// The code point at the start of `text`; none when `text` is empty, is cut
// inside the sequence, or does not start with a valid one.
std::optional<decoded> decode_front(std::string_view text) noexcept;

// Appends a code point that is no surrogate and is at most U+10FFFF.
void append_utf8(std::string& out, char32_t code_point);

bool is_utf8(std::string_view text) noexcept;

// Decodes a text that comes in pieces cut at any byte. A value: copying it
// saves the position.
class utf8_decoder {
 public:
  enum class outcome : std::uint8_t {
    need_more,  // inside a sequence
    complete,   // code_point() and length() are those of the sequence just ended
    invalid,    // final: every later byte is invalid too
  };

  outcome push(char byte) noexcept;

  char32_t code_point() const noexcept { return code_point_; }
  std::uint32_t length() const noexcept { return length_; }

  // Bytes of the sequence that is cut open, 0 to 3. A text may only end at 0.
  std::uint32_t pending() const noexcept { return seen_; }
  bool failed() const noexcept { return failed_; }

 private:
  char32_t code_point_ = 0;
  std::uint32_t length_ = 0;
  std::uint8_t seen_ = 0;
  std::uint8_t lowest_ = 0x80;   // the next byte's range; narrower after E0, ED, F0 and F4
  std::uint8_t highest_ = 0xBF;
  bool failed_ = false;
};

// Validates a text that comes in pieces; quicker over ASCII than decoding.
class utf8_validator {
 public:
  // False as soon as the text so far cannot be the start of UTF-8; final.
  bool feed(std::string_view piece) noexcept;

  // Bytes of the sequence that is cut open at the end of what was fed, 0 to 3.
  std::uint32_t pending() const noexcept { return decoder_.pending(); }

 private:
  utf8_decoder decoder_;
};

}  // namespace stoplog::text
