#include "http/chunked.hpp"

#include <algorithm>

namespace stoplog::http {
namespace {

constexpr unsigned digits_max = 16;  // as many as 64 bits have

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

result<std::string_view> chunk_reader::next(std::string_view& bytes) {
  while (!bytes.empty() && at_ != state::over) {
    if (at_ == state::data) {
      const std::string_view data = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
      bytes.remove_prefix(data.size());
      left_ -= data.size();
      if (left_ == 0) at_ = state::data_cr;
      return data;
    }
    if (auto taken = take(bytes.front()); !taken) return taken.error();
    bytes.remove_prefix(1);
  }
  return std::string_view{};
}

// One byte of framing.
result<void> chunk_reader::take(char c) {
  const auto expect = [&](char wanted, state then) -> result<void> {
    if (c != wanted) return fail(errc::malformed_http, "a chunk that is not framed by CRLF");
    at_ = then;
    return {};
  };
  switch (at_) {
    case state::first_digit:
    case state::digits: {
      const int digit = hex_value(c);
      if (digit < 0) {
        if (at_ == state::digits && c == '\r') return expect('\r', state::size_lf);
        return fail(errc::malformed_http, "a chunk size that is no number, or an extension behind it");
      }
      if (++digits_ > digits_max) return fail(errc::malformed_http, "a chunk size of too many digits");
      left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
      at_ = state::digits;
      return {};
    }
    case state::size_lf:
      digits_ = 0;
      return expect('\n', left_ == 0 ? state::last_cr : state::data);
    case state::data_cr: return expect('\r', state::data_lf);
    case state::data_lf: return expect('\n', state::first_digit);
    case state::last_cr:
      if (c != '\r') return fail(errc::malformed_http, "trailers");  // RFC 9112, 7.1.2: could be merged into the head
      return expect('\r', state::last_lf);
    case state::last_lf: return expect('\n', state::over);
    case state::data:
    case state::over: break;
  }
  return {};
}

}  // namespace stoplog::http
