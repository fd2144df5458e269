#include "json/unescape.hpp"

#include <cstdint>
#include <cstring>

namespace stoplog::json {
namespace {

constexpr const char* bad_escape = "an escape that JSON does not know";
constexpr const char* half_pair = "half of a surrogate pair";

// The value of four hexadecimal digits, or -1.
std::int32_t hex4(const char* at) noexcept {
  std::int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    std::int32_t digit = 0;
    if (c >= '0' && c <= '9') digit = c - '0';
    else if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    else if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    else return -1;
    value = value * 16 + digit;
  }
  return value;
}

void put_utf8(char*& out, std::uint32_t c) noexcept {
  const auto put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool is_high(std::int32_t unit) noexcept { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(std::int32_t unit) noexcept { return unit >= 0xDC00 && unit <= 0xDFFF; }

// `at` stands behind "\u".
const char* unescape_unicode(const char*& at, const char* end, char*& out) noexcept {
  if (end - at < 4) return bad_escape;
  const std::int32_t first = hex4(at);
  if (first < 0) return bad_escape;
  at += 4;
  if (is_low(first)) return half_pair;
  if (!is_high(first)) {
    put_utf8(out, static_cast<std::uint32_t>(first));
    return nullptr;
  }
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return half_pair;
  const std::int32_t second = hex4(at + 2);
  if (second < 0) return bad_escape;
  if (!is_low(second)) return half_pair;
  at += 6;
  put_utf8(out, static_cast<std::uint32_t>(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)));
  return nullptr;
}

// The character that a one-letter escape stands for, or 0.
char simple_escape(char letter) noexcept {
  switch (letter) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

}  // namespace

const char* unescape(std::string_view raw, char*& out) noexcept {
  const char* at = raw.data();
  const char* const end = at + raw.size();
  while (at != end) {
    const auto left = static_cast<std::size_t>(end - at);
    const auto* backslash = static_cast<const char*>(std::memchr(at, '\\', left));
    const std::size_t plain = backslash == nullptr ? left : static_cast<std::size_t>(backslash - at);
    std::memmove(out, at, plain);
    out += plain;
    at += plain;
    if (at == end) break;
    if (++at == end) return bad_escape;
    const char letter = *at++;
    if (letter == 'u') {
      if (const char* wrong = unescape_unicode(at, end, out)) return wrong;
    } else if (const char meant = simple_escape(letter)) {
      *out++ = meant;
    } else {
      return bad_escape;
    }
  }
  return nullptr;
}

}  // namespace stoplog::json
