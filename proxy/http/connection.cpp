#include "http/connection.hpp"

#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>

#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

namespace stoplog::http {

namespace asio = boost::asio;
using error_code = boost::system::error_code;

namespace {

constexpr std::size_t tls_buffer_bytes = 16 * 1024;  // a TLS record's largest content (RFC 8446, 5.1)

}  // namespace

connection::connection(tcp_socket socket, std::span<char> scratch) : stream_(plain{std::move(socket), scratch}) {
  error_code ignored;
  auto& s = std::get<plain>(stream_).socket;
  s.non_blocking(true, ignored);
  s.set_option(tcp::no_delay(true), ignored);
}

connection::connection(tcp_socket socket, asio::ssl::context& context)
    : stream_(std::make_unique<tls>(std::move(socket), context)) {
  error_code ignored;
  this->socket().set_option(tcp::no_delay(true), ignored);
}

// Asio asks epoll about a connecting socket's writability and goes on asking, so
// that every later wait to read wakes up once for nothing. A socket that is handed
// over anew is asked only for what is waited for.
void connection::connected() noexcept {
  error_code ignored;
  tcp_socket& s = socket();
  const auto protocol = s.local_endpoint(ignored).protocol();
  const auto handle = s.release(ignored);
  if (ignored) return;
  s.assign(protocol, handle, ignored);
  s.set_option(tcp::no_delay(true), ignored);
  s.non_blocking(true, ignored);
}

awaitable<io_result<void>> connection::handshake_as_server() {
  auto& stream = std::get<std::unique_ptr<tls>>(stream_)->stream;
  const auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::server, awaited);
  if (ec) co_return ec;
  co_return io_result<void>{};
}

awaitable<io_result<void>> connection::handshake_as_client(std::string name) {
  auto& stream = std::get<std::unique_ptr<tls>>(stream_)->stream;
  error_code invalid;
  const bool numeric = (asio::ip::make_address(name, invalid), !invalid);
  // SNI takes names only (RFC 6066, section 3).
  if (!numeric && SSL_set_tlsext_host_name(stream.native_handle(), name.c_str()) != 1) {
    co_return error_code(asio::error::invalid_argument);
  }
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification(name));
  const auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::client, awaited);
  if (ec) co_return ec;
  co_return io_result<void>{};
}

// Waits for readability first: a read that is tried at once finds nothing in
// most turns of a stream, and is one system call more for every token.
awaitable<io_result<std::string_view>> connection::read_plain(plain& from) {
  for (;;) {
    const auto [waited] = co_await from.socket.async_wait(tcp::socket::wait_read, awaited);
    if (waited) co_return waited;
    error_code ec;
    const std::size_t n = from.socket.read_some(asio::buffer(from.scratch.data(), from.scratch.size()), ec);
    if (ec == asio::error::would_block) continue;
    if (ec) co_return ec;
    co_return std::string_view(from.scratch.data(), n);
  }
}

awaitable<io_result<std::string_view>> connection::read_tls(tls& from) {
  if (from.buffer.empty()) from.buffer.resize(tls_buffer_bytes);
  const auto [ec, n] = co_await from.stream.async_read_some(asio::buffer(from.buffer), awaited);
  if (ec) co_return ec;
  co_return std::string_view(from.buffer.data(), n);
}

awaitable<io_result<std::string_view>> connection::read() {
  if (auto* p = std::get_if<plain>(&stream_)) return read_plain(*p);
  return read_tls(*std::get<std::unique_ptr<tls>>(stream_));
}

// Mostly the socket's buffer takes all of it.
io_result<void> connection::write_now(std::string_view& bytes) noexcept {
  auto* p = std::get_if<plain>(&stream_);
  if (p == nullptr) return {};
  error_code ec;
  const std::size_t n = p->socket.write_some(asio::buffer(bytes.data(), bytes.size()), ec);
  if (ec && ec != asio::error::would_block) return ec;
  bytes.remove_prefix(ec ? 0 : n);
  return {};
}

awaitable<io_result<void>> connection::write(std::string_view bytes) {
  error_code ec;
  if (const auto begun = write_now(bytes); !begun || bytes.empty()) co_return begun;
  if (auto* p = std::get_if<plain>(&stream_)) {
    std::tie(ec, std::ignore) = co_await asio::async_write(p->socket, asio::buffer(bytes.data(), bytes.size()), awaited);
  } else {
    auto& stream = std::get<std::unique_ptr<tls>>(stream_)->stream;
    std::tie(ec, std::ignore) = co_await asio::async_write(stream, asio::buffer(bytes.data(), bytes.size()), awaited);
  }
  if (ec) co_return ec;
  co_return io_result<void>{};
}

awaitable<void> connection::finish_writing() {
  if (auto* t = std::get_if<std::unique_ptr<tls>>(&stream_)) {
    // One close_notify; the peer's is not waited for.
    SSL_set_shutdown((*t)->stream.native_handle(), SSL_RECEIVED_SHUTDOWN);
    co_await (*t)->stream.async_shutdown(awaited);
  }
  error_code ignored;
  socket().shutdown(tcp::socket::shutdown_send, ignored);
}

void connection::cancel() noexcept {
  error_code ignored;
  socket().cancel(ignored);
}

void connection::close() noexcept {
  error_code ignored;
  socket().close(ignored);
}

bool connection::open() const noexcept { return const_cast<connection*>(this)->socket().is_open(); }

bool connection::peer_gone(bool& unread) noexcept {
  unread = false;
  if (!open()) return true;
  char byte = 0;
  const auto n = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (n == 0) return true;
  if (n < 0) return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
  unread = true;
  pollfd state{socket().native_handle(), POLLRDHUP, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

tcp_socket& connection::socket() noexcept {
  if (auto* p = std::get_if<plain>(&stream_)) return p->socket;
  return std::get<std::unique_ptr<tls>>(stream_)->stream.next_layer();
}

}  // namespace stoplog::http
