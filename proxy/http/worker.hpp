// One thread's world: its io_context, its connections to upstreams, its open
// sessions, and the policy snapshot it uses now. Nothing here is locked;
// other threads only post.
#pragma once

#include "audit/log.hpp"
#include "audit/responder_key.hpp"
#include "audit/spool.hpp"
#include "base/decision_id.hpp"
#include "config/settings.hpp"
#include "guard/judged_texts.hpp"
#include "guard/scratch.hpp"
#include "http/resolver.hpp"
#include "http/router.hpp"
#include "http/traffic.hpp"
#include "http/upstream_pool.hpp"
#include "logging/logger.hpp"
#include "policy/compiled.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <set>

namespace stoplog::http {

class session;

// What all workers share; thread-safe or const.
struct services {
  const config::settings& settings;
  const router& routes;
  resolver& names;
  audit::log& log;
  traffic& counts;
  logging::logger& journal;
  std::vector<std::unique_ptr<boost::asio::ssl::context>> upstream_tls;  // one an upstream; null: plain
  std::vector<audit::responder_key> responders{};  // to whom captured content is sealed
  audit::spool* spool = nullptr;   // null: there is none
  std::size_t workers = 1;
  std::atomic<std::size_t> open_connections{0};
  std::atomic<bool> draining{false};
};

class worker {
 public:
  worker(services& shared, std::shared_ptr<const policy::policy_set> policies);
  ~worker();

  boost::asio::io_context& context() noexcept { return context_; }
  services& shared() noexcept { return shared_; }
  std::span<char> scratch() noexcept { return scratch_; }
  guard::scratch& judging() noexcept { return judging_; }
  const policy::policy_set& policies() const noexcept { return *policies_; }
  upstream_pool& pool(const std::string& upstream);
  guard::judged_texts& judged() noexcept { return judged_; }
  decision_id new_id();

  // Any thread. Requests under way keep the snapshot they began with.
  void use(std::shared_ptr<const policy::policy_set> policies);
  // Any thread. Idle sessions end now, the others after their exchange.
  void drain();
  // Any thread. Ends every session at once, then run() returns.
  void stop();
  // Runs until stop(). Handlers that throw are a bug; logged, and it goes on.
  void run();

  void enter(session& who) { sessions_.insert(&who); }
  void leave(session& who) noexcept { sessions_.erase(&who); }

 private:
  services& shared_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::shared_ptr<const policy::policy_set> policies_;
  std::array<char, 64 * 1024> scratch_{};
  std::array<std::uint8_t, 1280> random_{};       // for ids: asking for little at a time costs more than all else about them
  std::size_t random_used_ = random_.size();
  guard::scratch judging_;
  std::deque<upstream_pool> pools_;
  guard::judged_texts judged_;
  std::set<session*> sessions_;
};

}  // namespace stoplog::http
