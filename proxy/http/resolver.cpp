#include "http/resolver.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <netdb.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace stoplog::http {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;
using tcp = asio::ip::tcp;

namespace {

constexpr auto fresh_for = std::chrono::seconds(30);

resolver::endpoints ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  resolver::endpoints list;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return list;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    tcp::endpoint e;
    if (each->ai_addrlen > e.capacity()) continue;
    std::memcpy(e.data(), each->ai_addr, each->ai_addrlen);
    e.resize(each->ai_addrlen);
    list.push_back(e);
  }
  ::freeaddrinfo(found);
  return list;
}

}  // namespace

struct resolver::state {
  struct entry {
    endpoints known;
    steady::time_point asked{};
    bool pending = false;
    bool answered = false;
    std::vector<std::function<void(endpoints)>> waiting;
  };

  void lookup(const std::string& host, std::function<void(endpoints)> done) {
    std::unique_lock lock(mutex);
    entry& e = names[host];
    if (!e.pending && (!e.answered || e.known.empty() || steady::now() - e.asked > fresh_for)) {
      e.pending = true;
      queue.push_back(host);
      wake.notify_one();
    }
    if (e.answered && !e.known.empty()) {
      endpoints known = e.known;
      lock.unlock();
      return done(std::move(known));
    }
    e.waiting.push_back(std::move(done));
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return stopped || !queue.empty(); });
      if (stopped) return;
      const std::string host = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      endpoints found = ask_system(host);
      lock.lock();
      entry& e = names[host];
      e.pending = false;
      e.answered = true;
      e.asked = steady::now();
      if (!found.empty()) e.known = std::move(found);
      // Under the lock, so that after stop() nobody is called: they only post.
      for (const auto& done : std::exchange(e.waiting, {})) {
        if (!stopped) done(e.known);
      }
    }
  }

  std::mutex mutex;
  std::condition_variable wake;
  std::map<std::string, entry> names;
  std::deque<std::string> queue;
  bool stopped = false;
};

resolver::resolver() : state_(std::make_shared<state>()) {
  // The thread keeps the state alive: a look-up that hangs at exit is left behind.
  std::thread([s = state_] { s->run(); }).detach();
}

resolver::~resolver() { stop(); }

void resolver::stop() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  state_->wake.notify_one();
}

awaitable<resolver::endpoints> resolver::lookup(std::string host, std::uint16_t port, duration at_most) {
  boost::system::error_code invalid;
  const auto numeric = asio::ip::make_address(host, invalid);
  if (!invalid) co_return endpoints{tcp::endpoint(numeric, port)};

  // A timer is what the caller waits on: the answer ends it early.
  struct waiting {
    explicit waiting(executor on) : timer(std::move(on)) {}
    http::timer timer;
    endpoints found;
  };
  const auto executor = co_await asio::this_coro::executor;
  const auto shared = std::make_shared<waiting>(executor);
  shared->timer.expires_after(at_most);
  state_->lookup(host, [shared, executor](endpoints found) {
    asio::post(executor, [shared, found = std::move(found)]() mutable {
      shared->found = std::move(found);
      shared->timer.cancel();
      shared->timer.expires_after(std::chrono::seconds(0));  // for an answer that is there before the wait
    });
  });
  co_await shared->timer.async_wait(awaited);
  for (auto& each : shared->found) each.port(port);
  co_return shared->found;
}

}  // namespace stoplog::http
