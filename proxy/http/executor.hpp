// The types of Asio that everything here waits with, for the one executor that
// there is: an io_context's. Asio's own names erase its type, which costs a virtual
// call and a copy at each step of each wait.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace stoplog::http {

using tcp = boost::asio::ip::tcp;
using executor = boost::asio::io_context::executor_type;
using tcp_socket = boost::asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = boost::asio::basic_socket_acceptor<tcp, executor>;
using timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, executor>;

template <class T>
using awaitable = boost::asio::awaitable<T, executor>;

// co_await something(..., awaited): a tuple of what it completes with. As
// use_awaitable, without a coroutine of its own.
inline constexpr auto awaited = boost::asio::as_tuple(boost::asio::deferred);
// For what is no operation of Asio's.
inline constexpr boost::asio::use_awaitable_t<executor> suspended{};

}  // namespace stoplog::http
