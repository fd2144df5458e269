#include "http/strict_rules.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

namespace stoplog::http {
namespace {

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// token of RFC 9110, 5.6.2
bool is_token_char(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7F && std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
}

result<void> check_field_line(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') return fail(errc::malformed_http, "a folded header line");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return fail(errc::malformed_http, "a header line without a name");
  if (!std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), is_token_char)) {
    return fail(errc::malformed_http, "a header name that is no token");
  }
  return {};
}

// METHOD SP target SP HTTP/1.1 / HTTP/1.1 SP 3DIGIT SP reason
result<void> check_start_line(std::string_view line, bool request) {
  constexpr std::string_view version = "HTTP/1.1";
  if (!request) {
    const bool shaped = line.size() >= 12 && line.substr(0, 8) == version && line[8] == ' ' &&
                        std::all_of(line.begin() + 9, line.begin() + 12, is_digit) && line.size() > 12 && line[12] == ' ' &&
                        line[9] >= '1' && line[9] <= '5';
    if (!shaped) return fail(errc::malformed_http, "not an HTTP/1.1 status line");
    return {};
  }
  if (std::count(line.begin(), line.end(), ' ') != 2 || line.find('\t') != std::string_view::npos ||
      line.size() < version.size() || line.substr(line.size() - version.size()) != version) {
    return fail(errc::malformed_http, "not an HTTP/1.1 request line");
  }
  return {};
}

bool is_port(std::string_view text) noexcept {
  return text.size() <= 5 && std::all_of(text.begin(), text.end(), is_digit) &&
         std::accumulate(text.begin(), text.end(), 0, [](int n, char c) { return n * 10 + (c - '0'); }) <= 65535;
}

bool is_address_v6(std::string_view text) noexcept {
  boost::system::error_code ec;
  boost::asio::ip::make_address_v6(text, ec);
  return !ec && text.find('%') == std::string_view::npos;  // no zone: it means something to one host only
}

bool valid_host(std::string_view host) noexcept {
  const auto bracket = host.rfind(']');
  const auto colon = host.rfind(':');
  std::string_view name = host;
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    if (!is_port(host.substr(colon + 1))) return false;
    name = host.substr(0, colon);
  }
  if (name.empty()) return false;
  if (name.front() == '[') {
    return name.back() == ']' && is_address_v6(name.substr(1, name.size() - 2));
  }
  return std::all_of(name.begin(), name.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
  });
}

// A percent sign must begin an octet, and not one that a later reader could
// take for a path separator, a dot or an end.
bool valid_escapes(std::string_view path) noexcept {
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 3)) {
    if (at + 2 >= path.size() || !is_hex(path[at + 1]) || !is_hex(path[at + 2])) return false;
    const std::string_view octet = path.substr(at + 1, 2);
    if (octet[0] < '2' || octet == "7f" || octet == "7F") return false;  // controls
    for (const std::string_view refused : {"2f", "2e", "5c", "25"}) {
      if (equal_ignoring_case(octet, refused)) return false;
    }
  }
  return true;
}

bool valid_path(std::string_view path) noexcept {
  if (path.empty() || path.front() != '/' || !valid_escapes(path)) return false;
  for (const char c : path) {
    if (is_control(c) || static_cast<unsigned char>(c) >= 0x80 || std::string_view(" \t\"<>\\^`{|}#").find(c) != std::string_view::npos) {
      return false;
    }
  }
  for (std::size_t begin = 1; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment == "." || segment == ".." || (segment.empty() && end != path.size())) return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace

result<void> check_head_bytes(std::string_view head, bool request) {
  bool first = true;
  while (head != "\r\n") {
    const auto end = head.find('\n');
    if (end == std::string_view::npos || end == 0 || head[end - 1] != '\r') {
      return fail(errc::malformed_http, "a line that does not end in CRLF");
    }
    const std::string_view line = head.substr(0, end - 1);
    if (line.empty() || std::any_of(line.begin(), line.end(), is_control)) {
      return fail(errc::malformed_http, "a control character in the head");
    }
    const auto checked = first ? check_start_line(line, request) : check_field_line(line);
    if (!checked) return checked.error();
    first = false;
    head.remove_prefix(end + 1);
  }
  return {};
}

result<void> check_framing(const message_head& head) {
  const std::size_t lengths = head.count("content-length");
  const std::size_t codings = head.count("transfer-encoding");
  if (lengths > 1 || codings > 1 || (lengths != 0 && codings != 0)) {
    return fail(errc::malformed_http, "more than one way to find the end of the body");
  }
  if (codings == 1 && !equal_ignoring_case(head.value("transfer-encoding"), "chunked")) {
    return fail(errc::malformed_http, "a Transfer-Encoding other than chunked");
  }
  const std::string_view length = head.value("content-length");
  const bool octal = length.size() > 1 && length.front() == '0';  // to some readers
  if (lengths == 1 && (length.empty() || length.size() > 18 || octal || !std::all_of(length.begin(), length.end(), is_digit))) {
    return fail(errc::malformed_http, "a Content-Length that is no number");
  }
  return {};
}

namespace {

// Of several lines one reader takes the first and another the last (RFC 9110, 5.3).
result<void> check_single(const message_head& head, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    if (head.count(name) > 1) return fail(errc::malformed_http, "a header twice that can stand once only");
  }
  return {};
}

constexpr std::array<std::string_view, 10> single_in_requests{
    "content-type", "content-encoding", "authorization", "expect",      "user-agent",
    "x-request-id", "idempotency-key",  "traceparent",   "x-api-key", "openai-organization"};
constexpr std::array<std::string_view, 2> single_in_answers{"content-type", "content-encoding"};

// Fields that belong to the message, whatever Connection says (RFC 9110, 7.6.1):
// without them the next reader would see another message.
constexpr std::array<std::string_view, 8> never_of_the_connection{
    "host", "content-type", "content-length", "content-encoding", "transfer-encoding", "authorization", "x-api-key", "expect"};

}  // namespace

result<void> check_request(const message_head& head) {
  if (head.count("host") != 1 || !valid_host(head.value("host"))) {
    return fail(errc::malformed_http, "exactly one valid Host is needed");
  }
  if (head.method == "CONNECT" || head.method == "TRACE") return fail(errc::malformed_http, "a method that is not served");
  if (head.count("upgrade") != 0) return fail(errc::malformed_http, "Upgrade is not served");
  if (head.count("expect") != 0 && !equal_ignoring_case(head.value("expect"), "100-continue")) {
    return fail(errc::malformed_http, "an expectation other than 100-continue");
  }
  for (const std::string_view name : never_of_the_connection) {
    if (head.has_token("connection", name)) return fail(errc::malformed_http, "a Connection header that names a part of the message");
  }
  if (const auto single = check_single(head, single_in_requests); !single) return single.error();
  if (!valid_path(std::string_view(head.target).substr(0, head.target.find('?')))) {
    return fail(errc::malformed_http, "a path that could be read in two ways");
  }
  return check_framing(head);
}

result<void> check_response(const message_head& head) {
  if (const auto single = check_single(head, single_in_answers); !single) return single.error();
  const bool bodiless = head.status < 200 || head.status == 204;
  if (bodiless && (head.count("content-length") != 0 || head.count("transfer-encoding") != 0)) {
    return fail(errc::malformed_http, "a body where the status allows none");  // RFC 9110, 8.6; RFC 9112, 6.1
  }
  return check_framing(head);
}

}  // namespace stoplog::http
