#include "http/short_server.hpp"

#include "http/deadlines.hpp"
#include "http/message_reader.hpp"
#include "http/reply.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace stoplog::http {

namespace asio = boost::asio;

namespace {
constexpr std::size_t head_bytes_max = 8 * 1024;
constexpr auto request_within = std::chrono::seconds(10);
}  // namespace

short_server::short_server(executor on, const config::endpoint& where, handler answer)
    : executor_(on), acceptor_(on), answer_(std::move(answer)), scratch_(head_bytes_max) {
  const tcp::endpoint at(asio::ip::make_address(where.host), where.port);
  acceptor_.open(at.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.bind(at);
  acceptor_.listen();
}

std::uint16_t short_server::port() const { return acceptor_.local_endpoint().port(); }

void short_server::start() {
  asio::co_spawn(executor_, accept_all(), [](std::exception_ptr) {});
}

void short_server::stop() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

awaitable<void> short_server::accept_all() {
  http::timer pause(executor_);
  for (;;) {
    auto [ec, socket] = co_await acceptor_.async_accept(awaited);
    if (!acceptor_.is_open()) co_return;
    if (!ec) {
      asio::co_spawn(executor_, serve(std::move(socket)), [](std::exception_ptr) {});
      continue;
    }
    pause.expires_after(std::chrono::milliseconds(100));
    co_await pause.async_wait(awaited);
  }
}

awaitable<void> short_server::serve(tcp_socket socket) {
  connection line(std::move(socket), scratch_);
  std::string unused;
  while (co_await serve_one(line, unused)) {
  }
}

awaitable<bool> short_server::serve_one(connection& line, std::string& unused) {
  deadlines clock(executor_, [&line](deadline) { line.close(); });
  const armed limit(clock, deadline::header, request_within);
  message_reader request(message_reader::kind::request, head_bytes_max, 0);
  while (!request.head_complete()) {
    if (unused.empty()) {
      const auto bytes = co_await line.read();
      if (!bytes) co_return false;
      unused.assign(*bytes);
    }
    const auto used = request.feed(unused);
    if (!used) {
      co_await line.write(make_reply(400, "text/plain", "not a request that is served here\n", {}, true));
      co_return false;
    }
    unused.erase(0, *used);
  }
  const bool keep = request.complete() && request.head().keep_alive;
  auto start = [this, &request](auto done) {
    auto executor = asio::get_associated_executor(done);
    auto waiting = std::make_shared<decltype(done)>(std::move(done));
    answer_(request.head().method, request.head().target, [waiting, executor](short_reply r) {
      asio::post(executor, [waiting, r = std::move(r)]() mutable { std::move (*waiting)(std::move(r)); });
    });
  };
  const short_reply made = co_await asio::async_initiate<decltype(suspended), void(short_reply)>(start, suspended);
  const std::string bytes = make_reply(made.status, made.content_type, made.body, {}, !keep);
  const auto written = co_await line.write(bytes);
  co_return keep && written;
}

}  // namespace stoplog::http
