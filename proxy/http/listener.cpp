#include "http/listener.hpp"

#include "dialect/endpoint.hpp"
#include "http/reply.hpp"
#include "http/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace stoplog::http {

namespace asio = boost::asio;
using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

namespace {

constexpr auto back_off = std::chrono::milliseconds(100);  // out of descriptors or memory: try again later

// Says why, without waiting for a client to read it.
void turn_away(tcp_socket& client) {
  constexpr errc why = errc::overloaded;
  const std::string body = dialect::to_json({status_of(why), error_type_of(why), to_string(why), sentence_for(why), {}}, nullptr);
  const std::string reply = make_reply(status_of(why), "application/json", body, {}, true);
  boost::system::error_code ignored;
  client.non_blocking(true, ignored);
  client.write_some(asio::buffer(reply), ignored);
}

}  // namespace

listener::listener(worker& on, const config::listener& from, std::uint16_t port, asio::ssl::context* tls)
    : worker_(on), acceptor_(on.context()), tls_(tls) {
  const tcp::endpoint where(asio::ip::make_address(from.address.host), port);
  acceptor_.open(where.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.set_option(reuse_port(true));
  acceptor_.bind(where);
  acceptor_.listen();
}

std::uint16_t listener::port() const { return acceptor_.local_endpoint().port(); }

void listener::start() {
  asio::co_spawn(worker_.context(), accept_all(), [this](std::exception_ptr bug) {
    if (bug) worker_.shared().journal.error("a listener ended by an internal error");
  });
}

void listener::stop() {
  asio::post(worker_.context(), [this] {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  });
}

awaitable<void> listener::accept_all() {
  http::timer pause(worker_.context());
  for (;;) {
    auto [ec, socket] = co_await acceptor_.async_accept(awaited);
    if (!acceptor_.is_open()) co_return;
    if (!ec) {
      admit(std::move(socket));
      continue;
    }
    worker_.shared().counts.accept_errors.add();
    if (ec == asio::error::connection_aborted) continue;  // the client left the queue
    worker_.shared().journal.warning("accept failed; trying again", {{"error", ec.message()}});
    pause.expires_after(back_off);
    co_await pause.async_wait(awaited);
  }
}

void listener::admit(tcp_socket socket) {
  services& shared = worker_.shared();
  if (shared.open_connections.load() >= shared.settings.limits.connections) {
    shared.counts.connections_shed.add();
    if (tls_ == nullptr) turn_away(socket);  // a handshake would cost more than it says
    return;
  }
  auto made = tls_ == nullptr ? std::make_unique<session>(worker_, connection(std::move(socket), worker_.scratch()))
                              : std::make_unique<session>(worker_, connection(std::move(socket), *tls_));
  session& started = *made;
  asio::co_spawn(worker_.context(), started.run(tls_ != nullptr),
                 [owned = std::move(made), &shared](std::exception_ptr bug) {
                   if (!bug) return;
                   shared.counts.sessions_failed.add();
                   try {
                     std::rethrow_exception(bug);
                   } catch (const std::exception& failure) {
                     shared.journal.error("a session ended by an internal error", {{"what", failure.what()}});
                   } catch (...) {
                     shared.journal.error("a session ended by an internal error");
                   }
                 });
}

}  // namespace stoplog::http
