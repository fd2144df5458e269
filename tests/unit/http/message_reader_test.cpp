#include "http/message_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stoplog::http {
namespace {

using kind = message_reader::kind;

struct outcome {
  bool ok = false;
  errc code{};
  bool complete = false;
  std::string body;
  std::size_t fields = 0;
  friend bool operator==(const outcome&, const outcome&) = default;
};

// Feeds `bytes` in pieces that end at the cuts.
outcome read(kind what, std::string_view bytes, std::vector<std::size_t> cuts, bool closed = false,
             std::size_t head_max = 4096, std::size_t body_max = 1 << 20) {
  message_reader reader(what, head_max, body_max);
  cuts.push_back(bytes.size());
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    std::string_view piece = bytes.substr(at, cut - at);
    at = cut;
    while (!piece.empty() && !reader.complete()) {
      const auto used = reader.feed(piece);
      if (!used) return {false, used.error().code, false, {}, 0};
      piece.remove_prefix(*used);
    }
  }
  if (closed && !reader.complete()) {
    const auto ended = reader.end_of_input();
    if (!ended) return {false, ended.error().code, false, {}, 0};
  }
  return {true, {}, reader.complete(), reader.body(), reader.head().fields.size()};
}

struct message {
  kind what;
  std::string bytes;
  std::string body;
  bool closed = false;
};

const std::vector<message>& good() {
  static const std::vector<message> list{
      {kind::request, "GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n", ""},
      {kind::request, "POST /v1/x HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\n\r\nhello", "hello"},
      {kind::request, "POST /v1/x HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello"},
      {kind::request, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ""},
      {kind::response, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"},
      {kind::response, "HTTP/1.1 200 \r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n00A\r\n0123456789\r\n0\r\n\r\n", "a0123456789"},
      {kind::response, "HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end", true},
      {kind::response, "HTTP/1.1 204 No Content\r\n\r\n", ""},
      {kind::response, "HTTP/1.1 100 Continue\r\n\r\n", ""},
  };
  return list;
}

TEST(MessageReader, EveryPairOfCutsReadsTheSame) {
  std::size_t cases = 0;
  for (const message& each : good()) {
    const outcome whole = read(each.what, each.bytes, {}, each.closed);
    ASSERT_TRUE(whole.ok && whole.complete) << each.bytes;
    EXPECT_EQ(whole.body, each.body);
    for (std::size_t a = 0; a <= each.bytes.size(); ++a) {
      for (std::size_t b = a; b <= each.bytes.size(); ++b) {
        ASSERT_EQ(read(each.what, each.bytes, {a, b}, each.closed), whole) << each.bytes << " cut at " << a << ", " << b;
        ++cases;
      }
    }
  }
  EXPECT_EQ(cases, 12'198U);
}

const std::string request_to_x = "POST /v1/x HTTP/1.1\r\nHost: a\r\n";
const std::string ok_answer = "HTTP/1.1 200 OK\r\n";
const std::vector<message> bad_messages{
    // two framings, or one that is none
    {kind::request, request_to_x + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""},
    {kind::request, request_to_x + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", ""},
    {kind::request, request_to_x + "Content-Length: 5, 5\r\n\r\nhello", ""},
    {kind::request, request_to_x + "Content-Length: +5\r\n\r\nhello", ""},
    {kind::request, request_to_x + "Content-Length: 0x5\r\n\r\nhello", ""},
    {kind::request, request_to_x + "Content-Length: \r\n\r\nhello", ""},
    {kind::request, request_to_x + "Content-Length: 99999999999999999999\r\n\r\nhello", ""},
    {kind::request, request_to_x + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", ""},
    {kind::request, request_to_x + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", ""},
    {kind::request, request_to_x + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""},
    {kind::request, request_to_x + "Transfer-Encoding: identity\r\n\r\n", ""},
    // chunks
    {kind::request, request_to_x + "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n", ""},
    {kind::request, request_to_x + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n", ""},
    {kind::request, request_to_x + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", ""},
    {kind::request, request_to_x + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX0\r\n\r\n", ""},
    {kind::request, request_to_x + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", ""},
    {kind::request, request_to_x + "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", ""},
    {kind::request, request_to_x + "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\nhello", ""},
    // lines and characters
    {kind::request, "POST /v1/x HTTP/1.1\nHost: a\n\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost : a\r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", ""},
    {kind::request, std::string("GET /v1/x HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 39), ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost: a\r\nnocolon\r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost: a\r\nBad(Name): x\r\n\r\n", ""},
    // start lines, hosts, targets
    {kind::request, "GET /v1/x HTTP/1.0\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/2.0\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET  /v1/x HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1/x\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost: \r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost: a/b\r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost: a@b\r\n\r\n", ""},
    {kind::request, "GET http://a/v1/x HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1/../x HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1/./x HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET //v1/x HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1/..%2fx HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1/%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1/%00 HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1/%zz HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1\\x HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "TRACE /v1/x HTTP/1.1\r\nHost: a\r\n\r\n", ""},
    {kind::request, "GET /v1/x HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n", ""},
    // answers
    {kind::response, ok_answer + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""},
    {kind::response, ok_answer + "Transfer-Encoding: gzip\r\n\r\n", ""},
    {kind::response, ok_answer + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok", ""},
    {kind::response, ok_answer + "Transfer-Encoding: chunked\r\n\r\n2;x\r\nok\r\n0\r\n\r\n", ""},
    {kind::response, ok_answer + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n", ""},
    {kind::response, "HTTP/1.1 20 OK\r\n\r\n", ""},
    {kind::response, "HTTP/1.1 999 X\r\n\r\n", ""},
    {kind::response, "HTTP/1.0 200 OK\r\n\r\n", ""},
    {kind::response, "ICY 200 OK\r\n\r\n", ""},
};

TEST(MessageReader, RefusesWhateverTheCut) {
  std::size_t cases = 0;
  for (const message& each : bad_messages) {
    for (std::size_t a = 0; a <= each.bytes.size(); ++a) {
      const outcome cut = read(each.what, each.bytes, {a});
      ASSERT_FALSE(cut.ok) << each.bytes << " cut at " << a;
      ASSERT_EQ(cut.code, errc::malformed_http) << each.bytes << " cut at " << a;
      ++cases;
    }
  }
  EXPECT_EQ(bad_messages.size(), 57U);
  EXPECT_EQ(cases, 2'762U);
}

TEST(MessageReader, LimitsAreCrossed) {
  const std::string request = "POST /v1/x HTTP/1.1\r\nHost: a\r\n";
  const std::string head = request + "Content-Length: 5\r\n\r\n";
  EXPECT_TRUE(read(kind::request, head + "hello", {}, false, head.size(), 5).ok);
  EXPECT_EQ(read(kind::request, head + "hello", {}, false, head.size() - 1, 5).code, errc::head_too_large);
  EXPECT_EQ(read(kind::request, head + "hello", {}, false, head.size(), 4).code, errc::body_too_large);
  EXPECT_EQ(read(kind::request, request + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", {}, false, 4096, 5).code,
            errc::body_too_large);
  // A head without an end is not collected beyond the limit.
  EXPECT_EQ(read(kind::request, request + "X: " + std::string(5000, 'x'), {}).code, errc::head_too_large);
  // Nor a chunk header.
  EXPECT_EQ(read(kind::request, request + "Transfer-Encoding: chunked\r\n\r\n" + std::string(100, '0'), {}).code, errc::malformed_http);
}

TEST(MessageReader, AnAnswerThatBreaksOffIsNotComplete) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  const std::string sized = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  std::size_t cases = 0;
  for (const std::string& each : {chunked, sized}) {
    for (std::size_t n = 0; n < each.size(); ++n, ++cases) {
      const outcome broken = read(kind::response, std::string_view(each).substr(0, n), {}, true);
      ASSERT_FALSE(broken.ok) << n;
      ASSERT_EQ(broken.code, errc::upstream_truncated) << n;
    }
  }
  EXPECT_GT(cases, 100U);
}

TEST(MessageReader, StopsBehindItsMessage) {
  message_reader reader(kind::request, 4096, 4096);
  const std::string first = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok";
  const std::string two = first + "GET /y HTTP/1.1\r\n";
  const auto head = reader.feed(two);
  ASSERT_TRUE(head.has_value());
  EXPECT_TRUE(reader.head_complete());
  EXPECT_FALSE(reader.complete());
  const auto body = reader.feed(std::string_view(two).substr(*head));
  ASSERT_TRUE(body.has_value());
  EXPECT_TRUE(reader.complete());
  EXPECT_EQ(*head + *body, first.size());
}

}  // namespace
}  // namespace stoplog::http
