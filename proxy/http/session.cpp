#include "http/session.hpp"

#include "http/exchange.hpp"
#include "http/reply.hpp"

namespace stoplog::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t linger_bytes_max = 1024 * 1024;
constexpr auto linger_for = std::chrono::seconds(2);

std::string address_of(connection& client) {
  boost::system::error_code ec;
  const auto peer = client.socket().remote_endpoint(ec);
  return ec ? std::string() : peer.address().to_string();
}

}  // namespace

session::session(worker& on, connection client)
    : worker_(on),
      client_(std::move(client)),
      client_address_(address_of(client_)),
      deadlines_(on.context().get_executor(), [this](deadline passed) { on_deadline(passed); }) {
  worker_.enter(*this);
  ++worker_.shared().open_connections;
  worker_.shared().counts.connections.add(1);
}

session::~session() {
  worker_.leave(*this);
  --worker_.shared().open_connections;
  worker_.shared().counts.connections.add(-1);
}

void session::on_deadline(deadline passed) {
  switch (passed) {
    case deadline::header:
    case deadline::body: client_.cancel(); break;  // an answer can still be given
    case deadline::client_write:
    case deadline::keep_alive: client_.close(); break;
    default:
      if (upstream_deadline_) upstream_deadline_();
  }
}

void session::drain() noexcept {
  draining_ = true;
  if (idle_) client_.close();
}

void session::abort() noexcept {
  client_.close();
  if (upstream_deadline_) upstream_deadline_();
}

awaitable<void> session::run(bool tls) {
  if (tls) {
    const armed limit(deadlines_, deadline::header, worker_.shared().settings.deadlines.header);
    const auto shaken = co_await client_.handshake_as_server();
    if (!shaken) co_return;
  }
  while (!draining_ && client_.open() && co_await serve_one()) {
  }
}

awaitable<bool> session::serve_one() {
  const auto& settings = worker_.shared().settings;
  message_reader request(message_reader::kind::request, settings.limits.header_bytes, settings.limits.body_bytes);
  idle_ = unused_.empty();
  const auto read = co_await read_head(request);
  deadlines_.disarm(deadline::header);
  deadlines_.disarm(deadline::keep_alive);
  idle_ = false;
  if (!read) {
    if (request.started()) co_await refuse_head(read.error());
    co_return false;
  }
  exchange under_way(*this, request);
  const bool keep = co_await under_way.run();
  upstream_deadline_ = nullptr;
  if (!request.complete() || !keep) co_await linger();
  co_return keep && request.complete();
}

// Keeps no room that a stream would hold on to for nothing; assigning an empty string would.
void session::drop_used(std::size_t bytes) {
  if (bytes == unused_.size()) std::string().swap(unused_);
  else unused_.erase(0, bytes);
}

awaitable<result<void>> session::read_head(message_reader& into) {
  const auto& limits = worker_.shared().settings.deadlines;
  if (unused_.empty()) deadlines_.arm(deadline::keep_alive, limits.keep_alive);
  while (!into.head_complete()) {
    if (!unused_.empty()) {
      deadlines_.disarm(deadline::keep_alive);
      const bool first = !into.started();
      const auto used = into.feed(unused_);
      if (!used) co_return used.error();
      drop_used(*used);
      if (first && !into.head_complete()) deadlines_.arm(deadline::header, limits.header);
      continue;
    }
    const auto bytes = co_await client_.read();
    if (!bytes) co_return fail(deadlines_.passed(deadline::header) ? errc::deadline : errc::client_gone);
    idle_ = false;
    unused_.append(*bytes);
  }
  co_return result<void>{};
}

awaitable<result<void>> session::read_body(message_reader& into) {
  const armed limit(deadlines_, deadline::body, worker_.shared().settings.deadlines.body);
  while (!into.complete()) {
    if (!unused_.empty()) {
      const auto used = into.feed(unused_);
      if (!used) co_return used.error();
      drop_used(*used);
      continue;
    }
    const auto bytes = co_await client_.read();
    if (!bytes) co_return fail(deadlines_.passed(deadline::body) ? errc::deadline : errc::client_gone);
    const auto used = into.feed(*bytes);
    if (!used) co_return used.error();
    unused_.append(bytes->substr(*used));
  }
  co_return result<void>{};
}

awaitable<bool> session::write(std::string_view bytes) {
  const armed limit(deadlines_, deadline::client_write, worker_.shared().settings.deadlines.client_write);
  const auto written = co_await client_.write(bytes);
  co_return written.has_value();
}

// A head that could not be read has no exchange; it is answered and recorded all the same.
awaitable<void> session::refuse_head(const error& why) {
  if (why.code == errc::client_gone) co_return;
  message_reader none(message_reader::kind::request, 0, 0);
  exchange refused(*this, none);
  co_await refused.refuse_unread(why);
  co_await linger();
}

// Lets the client read our answer before the connection goes: closing with
// unread bytes in the socket resets it (RFC 9112, 9.6).
awaitable<void> session::linger() {
  if (!client_.open()) co_return;
  deadlines_.arm(deadline::keep_alive, linger_for);
  co_await client_.finish_writing();
  std::size_t dropped = 0;
  while (client_.open() && dropped < linger_bytes_max) {
    const auto bytes = co_await client_.read();
    if (!bytes) break;
    dropped += bytes->size();
  }
  client_.close();
}

}  // namespace stoplog::http
