#include "server/reloader.hpp"

#include "server/server.hpp"

#include <utility>

namespace stoplog::server {

reloader::reloader(const config::settings& settings, std::string fingerprint_key, snapshot first,
                   std::function<void(snapshot)> use)
    : settings_(settings),
      key_(std::move(fingerprint_key)),
      use_(std::move(use)),
      current_(std::move(first)),
      thread_([this] { work(); }) {}

reloader::~reloader() { stop(); }

void reloader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void reloader::reload(std::function<void(const problems&, bool)> done) {
  const std::lock_guard lock(mutex_);
  asked_.push_back(std::move(done));
  wake_.notify_one();
}

reloader::snapshot reloader::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void reloader::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopped_ || !asked_.empty(); });
    if (stopped_) return;
    const auto waiting = std::exchange(asked_, {});  // one load answers everybody who asked
    lock.unlock();
    problems found;
    snapshot next = load_policies(settings_, key_, found);
    if (next) {
      lock.lock();
      current_ = next;
      lock.unlock();
      use_(next);
    }
    for (const auto& done : waiting) done(found, next != nullptr);
    next = nullptr;
    lock.lock();
  }
}

}  // namespace stoplog::server
