#include "http/upstream_pool.hpp"

#include <utility>

namespace stoplog::http {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

namespace {
// Shorter than the idle time of common servers (nginx 75 s, Node 5 s is met by
// the retry on a fresh connection).
constexpr auto keep_for = std::chrono::seconds(60);
}  // namespace

upstream_pool::upstream_pool(executor on, std::span<char> scratch, resolver& names,
                             const config::upstream& to, asio::ssl::context* tls, std::size_t connections)
    : executor_(std::move(on)), scratch_(scratch), names_(names), to_(to), tls_(tls), connections_max_(connections) {}

upstream_pool::lease::lease(lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      line_(std::move(other.line_)),
      reused_(other.reused_),
      aborted_(other.aborted_) {}

upstream_pool::lease& upstream_pool::lease::operator=(lease&& other) noexcept {
  if (this != &other) {
    release();
    pool_ = std::exchange(other.pool_, nullptr);
    line_ = std::move(other.line_);
    reused_ = other.reused_;
    aborted_ = other.aborted_;
  }
  return *this;
}

upstream_pool::lease::~lease() { release(); }

void upstream_pool::lease::release() noexcept {
  line_.reset();
  if (pool_ != nullptr) --std::exchange(pool_, nullptr)->in_use_;
}

void upstream_pool::lease::abort() noexcept {
  aborted_ = true;
  if (line_) line_->close();
}

void upstream_pool::lease::give_back() {
  if (pool_ == nullptr || !line_ || aborted_) return;
  pool_->idle_.push_back({std::move(line_), steady::now()});
  release();
}

result<upstream_pool::lease> upstream_pool::reserve(bool fresh) {
  const auto now = steady::now();
  std::erase_if(idle_, [now](const kept& each) { return now - each.since > keep_for; });
  if (in_use_ >= connections_max_) return fail(errc::overloaded, "every connection to the upstream is in use");
  lease made;
  while (!fresh && !idle_.empty() && !made.line_) {
    auto line = std::move(idle_.back().line);
    idle_.pop_back();
    bool unread = false;
    // Bytes that nobody asked for are as bad as an end.
    if (!line->peer_gone(unread) && !unread) {
      made.line_ = std::move(line);
      made.reused_ = true;
    }
  }
  if (!made.line_) made.line_ = new_line();
  made.pool_ = this;
  ++in_use_;
  return made;
}

std::unique_ptr<connection> upstream_pool::new_line() {
  tcp_socket socket(executor_);
  if (tls_ != nullptr) return std::make_unique<connection>(std::move(socket), *tls_);
  return std::make_unique<connection>(std::move(socket), scratch_);
}

awaitable<result<void>> upstream_pool::connect(lease& of) {
  if (of.reused_) co_return result<void>{};
  const auto endpoints = co_await names_.lookup(to_.address.host, to_.address.port, to_.deadlines.connect);
  bool connected = false;
  for (const auto& endpoint : endpoints) {
    if (of.aborted_) break;
    const auto [ec] = co_await of.line_->socket().async_connect(endpoint, awaited);
    if (!ec) {
      connected = true;
      break;
    }
    of.line_->close();  // the next attempt opens a socket of the right family
  }
  if (!connected || of.aborted_) co_return fail(errc::upstream_unreachable);
  of.line_->connected();
  if (tls_ != nullptr) {
    std::string name = to_.tls.server_name.empty() ? to_.address.host : to_.tls.server_name;
    const auto shaken = co_await of.line_->handshake_as_client(std::move(name));
    if (!shaken) co_return fail(errc::upstream_tls);
  }
  co_return result<void>{};
}

void upstream_pool::close_idle() noexcept { idle_.clear(); }

}  // namespace stoplog::http
