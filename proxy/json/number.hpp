// The grammar of RFC 8259, section 6.
#pragma once

#include <string_view>

namespace stoplog::json {

// Whether `text` is one JSON number, whole. Its size is no matter: numbers are
// kept as they were written.
constexpr bool is_number(std::string_view text) noexcept {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - begin;
  };
  const auto take = [&](char c) {
    if (at < text.size() && text[at] == c) return ++at, true;
    return false;
  };
  take('-');
  if (!take('0') && digits() == 0) return false;
  if (take('.') && digits() == 0) return false;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (digits() == 0) return false;
  }
  return at == text.size();
}

}  // namespace stoplog::json
