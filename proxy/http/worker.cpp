#include "http/worker.hpp"

#include "base/decision_id.hpp"
#include "http/session.hpp"

#include <boost/asio/post.hpp>
#include <openssl/rand.h>

#include <algorithm>

namespace stoplog::http {

namespace asio = boost::asio;

worker::worker(services& shared, std::shared_ptr<const policy::policy_set> policies)
    : shared_(shared), work_(context_.get_executor()), policies_(std::move(policies)), judging_(shared.settings.limits) {
  const auto& upstreams = shared.settings.upstreams;
  for (std::size_t i = 0; i < upstreams.size(); ++i) {
    const std::size_t share = std::max<std::size_t>(1, upstreams[i].connections / shared.workers);
    pools_.emplace_back(context_.get_executor(), std::span<char>(scratch_), shared.names, upstreams[i],
                        shared.upstream_tls[i].get(), share);
  }
}

worker::~worker() = default;

upstream_pool& worker::pool(const std::string& upstream) {
  const auto found = std::find_if(pools_.begin(), pools_.end(),
                                  [&upstream](const upstream_pool& p) { return p.settings().name == upstream; });
  expects(found != pools_.end(), "a route names an upstream that does not exist");
  return *found;
}

decision_id worker::new_id() {
  std::array<std::uint8_t, 10> random{};
  static_assert(std::tuple_size_v<decltype(random_)> % std::tuple_size_v<decltype(random)> == 0);
  if (random_used_ == random_.size()) {
    expects(RAND_bytes(random_.data(), static_cast<int>(random_.size())) == 1, "no randomness");
    random_used_ = 0;
  }
  std::copy_n(random_.begin() + static_cast<std::ptrdiff_t>(random_used_), random.size(), random.begin());
  random_used_ += random.size();
  return decision_id::make(wall_now(), random);
}

void worker::use(std::shared_ptr<const policy::policy_set> policies) {
  asio::post(context_, [this, next = std::move(policies)]() mutable { policies_ = std::move(next); });
}

void worker::drain() {
  asio::post(context_, [this] {
    for (auto& each : pools_) each.close_idle();
    for (session* each : sessions_) each->drain();
  });
}

void worker::stop() {
  asio::post(context_, [this] {
    for (session* each : sessions_) each->abort();
    work_.reset();
  });
}

void worker::run() {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& bug) {
      shared_.counts.sessions_failed.add();
      shared_.journal.error("internal error", {{"what", bug.what()}});
    }
  }
}

}  // namespace stoplog::http
