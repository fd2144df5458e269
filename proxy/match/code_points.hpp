// Steps over valid UTF-8 by code points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stoplog::match {

constexpr bool continues_code_point(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
}

// The offset after the code point at `at`; at < text.size().
constexpr std::size_t after_code_point(std::string_view text, std::size_t at) noexcept {
  do ++at;
  while (at < text.size() && continues_code_point(text[at]));
  return at;
}

// `count` code points on from `at`, at most to the text's end.
constexpr std::size_t forward(std::string_view text, std::size_t at, std::uint64_t count) noexcept {
  for (; count > 0 && at < text.size(); --count) at = after_code_point(text, at);
  return at;
}

// `count` code points back from `at`, at most to the text's begin.
constexpr std::size_t backward(std::string_view text, std::size_t at, std::uint64_t count) noexcept {
  for (; count > 0 && at > 0; --count) {
    do --at;
    while (at > 0 && continues_code_point(text[at]));
  }
  return at;
}

constexpr std::uint64_t count_code_points(std::string_view text) noexcept {
  std::uint64_t count = 0;
  for (const char byte : text) count += continues_code_point(byte) ? 0U : 1U;
  return count;
}

}  // namespace stoplog::match
