#include "demo/server.hpp"

#include "demo/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <exception>

namespace stoplog::demo {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto whole = asio::as_tuple(asio::use_awaitable);

// A failed session ends alone; a bug in one must show, so it ends the program.
void rethrow(const std::exception_ptr& failure) {
  if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor, duration pace, stats& counted) {
  asio::steady_timer breath{acceptor.get_executor()};
  for (;;) {
    auto [failed, socket] = co_await acceptor.async_accept(whole);
    if (failed == asio::error::operation_aborted) co_return;
    if (failed) {  // out of descriptors, or the client was gone already
      breath.expires_after(std::chrono::milliseconds{50});
      co_await breath.async_wait(whole);
      continue;
    }
    asio::co_spawn(acceptor.get_executor(), serve_connection(std::move(socket), pace, counted), rethrow);
  }
}

}  // namespace

result<void> serve(const server_options& options, const std::function<void(std::uint16_t port)>& listening) {
  boost::system::error_code failed;
  const auto address = asio::ip::make_address(options.address, failed);
  if (failed || !address.is_loopback()) return fail(errc::malformed_request, "the demo model listens on loopback only");

  stats counted;  // outlives the sessions, which end with the context
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  const tcp::endpoint at{address, options.port};
  acceptor.open(at.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(at, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return fail(errc::upstream_unreachable, "cannot listen: " + failed.message());

  asio::signal_set signals{context, SIGINT, SIGTERM};
  signals.async_wait([&context](const boost::system::error_code&, int) { context.stop(); });
  asio::co_spawn(context, accept_all(acceptor, options.pace, counted), rethrow);
  listening(acceptor.local_endpoint().port());
  context.run();
  return {};
}

}  // namespace stoplog::demo
