// One TCP connection, plain or under TLS. One read and one write may be under
// way at a time. Belongs to one thread.
#pragma once

#include "http/executor.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/system/result.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace stoplog::http {

template <class T>
using io_result = boost::system::result<T>;

class connection {
 public:
  // Plain. `scratch` is the worker's read buffer: it holds bytes only between
  // a read and the reader's next suspension, so all connections share it.
  connection(tcp_socket socket, std::span<char> scratch);
  // TLS; call one of the handshakes before anything else.
  connection(tcp_socket socket, boost::asio::ssl::context& context);

  // For a connection whose socket was just connected; before a handshake.
  void connected() noexcept;

  awaitable<io_result<void>> handshake_as_server();
  // Sets SNI and verifies the peer's certificate for `name`.
  awaitable<io_result<void>> handshake_as_client(std::string name);

  // At least one byte, or an error; eof when the peer has finished. The view
  // is valid until the caller next suspends.
  awaitable<io_result<std::string_view>> read();

  // What goes out without waiting; `bytes` keeps the rest. An error: nothing more will.
  io_result<void> write_now(std::string_view& bytes) noexcept;
  // All of it, or an error. `bytes` must live until then.
  awaitable<io_result<void>> write(std::string_view bytes);

  // Says that nothing more will be written (and, under TLS, that this is not a truncation).
  awaitable<void> finish_writing();

  // Ends pending operations with operation_aborted; the connection stays usable.
  void cancel() noexcept;
  // Ends everything at once.
  void close() noexcept;
  bool open() const noexcept;

  // The peer has closed or broken the connection, without waiting or consuming
  // anything. `unread` tells that bytes are waiting.
  bool peer_gone(bool& unread) noexcept;

  tcp_socket& socket() noexcept;

 private:
  struct tls {
    tls(tcp_socket socket, boost::asio::ssl::context& context) : stream(std::move(socket), context) {}
    boost::asio::ssl::stream<tcp_socket> stream;
    std::string buffer;
  };
  struct plain {
    tcp_socket socket;
    std::span<char> scratch;
  };
  static awaitable<io_result<std::string_view>> read_plain(plain& from);
  static awaitable<io_result<std::string_view>> read_tls(tls& from);

  std::variant<plain, std::unique_ptr<tls>> stream_;
};

}  // namespace stoplog::http
