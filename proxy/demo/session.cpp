#include "demo/session.hpp"

#include "demo/ask.hpp"
#include "demo/message_events.hpp"
#include "demo/numbers.hpp"
#include "demo/reply.hpp"
#include "demo/script.hpp"
#include "json/writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace stoplog::demo {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using request = http::request<http::string_body>;

constexpr std::size_t body_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t batch_bytes = 16 * 1024;  // of the big answers, so that the wire is the limit
constexpr std::size_t crumb_bytes = 7;
constexpr duration slow_pace{1000};
constexpr duration look_interval{20};
constexpr auto whole = asio::as_tuple(asio::use_awaitable);

// How a connection goes on after an answer.
enum class after { next_request, close };

class session {
 public:
  session(tcp::socket socket, duration pace, stats& counted)
      : socket_(std::move(socket)), timer_(socket_.get_executor()), pace_(pace), counted_(counted) {}

  asio::awaitable<void> run() {
    beast::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(body_bytes_max);
      const auto [failed, size] = co_await http::async_read(socket_, buffer_, parser, whole);
      if (failed) break;
      const bool keep_alive = parser.keep_alive();
      if (co_await answer(parser.release()) == after::close || !keep_alive) break;
    }
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
  }

 private:
  asio::awaitable<after> answer(request asked) {
    const bool get = asked.method() == http::verb::get;
    std::string_view target = asked.target();
    if (target.ends_with("?beta=true")) target = target.substr(0, target.find('?'));
    if (get && target == "/v1/models") co_return co_await reply(http::status::ok, models_list());
    if (get && target == "/demo/stats") co_return co_await reply(http::status::ok, stats_object());
    if (get && target == "/demo/last") co_return co_await reply(http::status::ok, last_request());
    if (get && target.starts_with("/v1/responses/")) co_return co_await stored(target);
    if (asked.method() == http::verb::post) {
      if (target == "/v1/chat/completions") co_return co_await generate(api::chat, std::move(asked));
      if (target == "/v1/completions") co_return co_await generate(api::completions, std::move(asked));
      if (target == "/v1/responses") co_return co_await generate(api::responses, std::move(asked));
      if (target == "/v1/messages") co_return co_await generate(api::messages, std::move(asked));
      if (target == "/v1/messages/count_tokens") co_return co_await count(std::move(asked), message_tokens_for);
      if (target == "/v1/embeddings") co_return co_await count(std::move(asked), embeddings_for);
      if (target == "/v1/moderations") co_return co_await count(std::move(asked), moderations_for);
    }
    co_return co_await reply(http::status::not_found, error_object("No such endpoint", "invalid_request_error", "unknown_url"));
  }

  // The last response again, as if it had been stored.
  asio::awaitable<after> stored(std::string_view target) {
    if (!counted_.last_response) {
      co_return co_await reply(http::status::not_found, error_object("No such response", "invalid_request_error", "not_found"));
    }
    ask again = *counted_.last_response;
    again.stream = target.find("stream=true") != std::string_view::npos;
    ++counted_.requests;
    ++counted_.open;
    const after then = co_await play(std::move(again));
    --counted_.open;
    co_return then;
  }

  asio::awaitable<after> refuse(const error& why) {
    co_return co_await reply(http::status::bad_request, error_object("Not such a request", "invalid_request_error", to_string(why.code)));
  }

  asio::awaitable<after> count(request asked, result<std::string> (*answer_to)(std::string_view body)) {
    const auto made = answer_to(asked.body());
    if (!made) co_return co_await refuse(made.error());
    remember(asked);
    ++counted_.requests;
    co_return co_await reply(http::status::ok, *made);
  }

  asio::awaitable<after> generate(api spoken, request asked) {
    const auto read = read_ask(spoken, asked.body());
    if (!read) co_return co_await refuse(read.error());
    remember(asked);
    if (spoken == api::responses) counted_.last_response = *read;
    ++counted_.requests;
    ++counted_.open;
    const after then = co_await play(*read);
    --counted_.open;
    co_return then;
  }

  asio::awaitable<after> play(ask asked) {
    switch (asked.behaviour) {
      case behaviour::error:
        co_return co_await finish(http::status::internal_server_error,
                                  error_object("The demo model failed, as asked", "server_error", "demo_error"));
      case behaviour::busy:
        co_return co_await finish(http::status::too_many_requests,
                                  error_object("The demo model is busy, as asked", "rate_limit_error", "rate_limit_exceeded"));
      case behaviour::silent: co_return co_await say_nothing();
      default: break;
    }
    script played = script_for(asked);
    if (asked.stream) co_return co_await stream(std::move(asked), std::move(played));
    if (asked.behaviour == behaviour::hang) co_return co_await say_nothing();
    if (asked.behaviour == behaviour::truncate) co_return co_await reply_half(whole_answer(asked, played));
    co_return co_await finish(http::status::ok, whole_answer(asked, played));
  }

  asio::awaitable<after> stream(ask asked, script played) {
    http::response<http::empty_body> head{http::status::ok, 11};
    head.set(http::field::content_type, "text/event-stream; charset=utf-8");
    head.set(http::field::cache_control, "no-store");
    head.set("x-request-id", "req-demo");
    head.chunked(true);
    http::response_serializer<http::empty_body> serializer{head};
    const auto [failed, size] = co_await http::async_write_header(socket_, serializer, whole);
    if (failed) co_return gone();

    const behaviour acts = asked.behaviour;
    const auto events = events_of(std::move(asked), std::move(played));
    while (auto event = events->next()) {
      const bool bulk = acts == behaviour::big || acts == behaviour::endless;
      while (bulk && event->size() < batch_bytes) {
        const auto more = events->next();
        if (!more) break;
        *event += *more;
      }
      if (acts == behaviour::garbage && events->sent() == 3) *event = "data: {\"id\": \"chatcmpl-demo\", oops\n\n";
      if (!co_await send(std::move(*event), acts == behaviour::crumbs)) co_return gone();
      if (acts == behaviour::hang && events->sent() == 1) co_return co_await say_nothing();
      if (acts == behaviour::truncate && events->sent() * 2 >= events->total()) co_return done(after::close);
      if (events->sent() != 0 && !bulk && !co_await pause(acts == behaviour::slow ? slow_pace : pace_)) co_return gone();
    }
    const auto [late, rest] = co_await asio::async_write(socket_, http::make_chunk_last(), whole);
    co_return late ? gone() : done(after::next_request);
  }

  // Chunks of an event, whole or crumbled. False: the client is gone.
  asio::awaitable<bool> send(std::string event, bool crumbled) {
    const std::size_t piece = crumbled ? crumb_bytes : event.size();
    for (std::size_t at = 0; at < event.size(); at += piece) {
      const auto bytes = asio::buffer(event.data() + at, std::min(piece, event.size() - at));
      const auto [failed, size] = co_await asio::async_write(socket_, http::make_chunk(bytes), whole);
      if (failed) co_return false;
    }
    counted_.bytes += event.size();
    co_return true;
  }

  // Waits, and looks meanwhile whether the client is still there.
  asio::awaitable<bool> pause(duration length) {
    while (length > duration::zero()) {
      const duration step = std::min(length, look_interval);
      timer_.expires_after(step);
      co_await timer_.async_wait(whole);
      if (client_left()) co_return false;
      length -= step;
    }
    co_return !client_left();
  }

  // Silence until the client has gone.
  asio::awaitable<after> say_nothing() {
    while (co_await pause(look_interval)) {
    }
    co_return gone();
  }

  bool client_left() {
    char byte = 0;
    beast::error_code failed;
    socket_.non_blocking(true, failed);
    socket_.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, failed);
    return failed && failed != asio::error::would_block;
  }

  asio::awaitable<after> reply(http::status status, std::string body) {
    http::response<http::string_body> made{status, 11};
    made.set(http::field::content_type, "application/json");
    made.set("x-request-id", "req-demo");
    if (status == http::status::too_many_requests) made.set(http::field::retry_after, "1");
    made.body() = std::move(body);
    made.prepare_payload();
    const auto [failed, size] = co_await http::async_write(socket_, made, whole);
    co_return failed ? after::close : after::next_request;
  }

  // reply(), as the end of a chat request.
  asio::awaitable<after> finish(http::status status, std::string body) {
    const after then = co_await reply(status, std::move(body));
    co_return then == after::close ? gone() : done(then);
  }

  asio::awaitable<after> reply_half(std::string body) {
    http::response<http::empty_body> head{http::status::ok, 11};
    head.set(http::field::content_type, "application/json");
    head.content_length(body.size());
    http::response_serializer<http::empty_body> serializer{head};
    const auto [failed, size] = co_await http::async_write_header(socket_, serializer, whole);
    if (failed) co_return gone();
    const auto half = asio::buffer(body.data(), body.size() / 2);
    const auto [late, rest] = co_await asio::async_write(socket_, half, whole);
    co_return late ? gone() : done(after::close);
  }

  after done(after then) {
    ++counted_.finished;
    return then;
  }
  after gone() {
    ++counted_.aborted;
    return after::close;
  }

  void remember(const request& asked) {
    json::writer out;
    out.begin_object().member("method", std::string_view(asked.method_string()));
    out.member("target", std::string_view(asked.target())).key("headers").begin_array();
    for (const auto& field : asked) {
      out.begin_array().string(std::string_view(field.name_string())).string(std::string_view(field.value())).end_array();
    }
    out.end_array().member("body", std::string_view(asked.body())).end_object();
    counted_.last_request = out.take();
  }

  std::string last_request() const { return counted_.last_request.empty() ? "null" : counted_.last_request; }

  std::string stats_object() const {
    const auto number = [](std::uint64_t n) { return static_cast<std::int64_t>(n); };
    json::writer out;
    out.begin_object().member("requests", number(counted_.requests)).member("open", number(counted_.open));
    out.member("finished", number(counted_.finished)).member("aborted", number(counted_.aborted));
    out.member("bytes", number(counted_.bytes)).end_object();
    return out.take();
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  duration pace_;
  stats& counted_;
  beast::flat_buffer buffer_;
};

}  // namespace

asio::awaitable<void> serve_connection(tcp::socket socket, duration pace, stats& counted) {
  session one{std::move(socket), pace, counted};
  co_await one.run();
}

}  // namespace stoplog::demo
