// Compiles policies anew on a thread of its own, so that neither workers nor
// the admin listener wait for ten thousand rules.
#pragma once

#include "base/place.hpp"
#include "config/settings.hpp"
#include "policy/compiled.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace stoplog::server {

class reloader {
 public:
  using snapshot = std::shared_ptr<const policy::policy_set>;
  // `use` gets every new snapshot, on the reloader's thread.
  reloader(const config::settings& settings, std::string fingerprint_key, snapshot first,
           std::function<void(snapshot)> use);
  ~reloader();
  reloader(const reloader&) = delete;
  reloader& operator=(const reloader&) = delete;

  // Waits for a load under way; nothing is called afterwards.
  void stop();

  // Any thread. All or nothing: with any error the current snapshot stays.
  // `done` is called on the reloader's thread.
  void reload(std::function<void(const problems& found, bool taken)> done);

  snapshot current() const;

 private:
  void work();

  const config::settings& settings_;
  std::string key_;
  std::function<void(snapshot)> use_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  snapshot current_;
  std::deque<std::function<void(const problems&, bool)>> asked_;
  bool stopped_ = false;
  std::thread thread_;  // last: uses everything above
};

}  // namespace stoplog::server
