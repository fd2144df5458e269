#include "delivery/dispatch.hpp"

#include "delivery/sinks.hpp"

#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>
#include <variant>

namespace stoplog::delivery {
namespace {

constexpr duration after_a_bug{5'000};

courier_options options_of(const config::sink& from) {
  courier_options options;
  options.only = from.only;
  options.from_newest = from.from_newest;
  if (const auto* hook = std::get_if<config::webhook_sink>(&from.to)) {
    options.batch_records = hook->group;
    options.every = hook->every;
  }
  return options;
}

}  // namespace

std::unique_ptr<sink> make_sink(const config::sink& from) {
  struct maker {
    std::unique_ptr<sink> operator()(const config::stdout_sink&) const { return make_stdout(); }
    std::unique_ptr<sink> operator()(const config::file_sink& s) const { return make_file(s); }
    std::unique_ptr<sink> operator()(const config::syslog_sink& s) const { return make_syslog(s); }
    std::unique_ptr<sink> operator()(const config::webhook_sink& s) const { return make_webhook(s); }
    std::unique_ptr<sink> operator()(const config::otlp_sink& s) const { return make_otlp(s); }
    std::unique_ptr<sink> operator()(const config::postgresql_sink& s) const { return make_postgresql(s); }
    std::unique_ptr<sink> operator()(const config::kafka_sink& s) const { return make_kafka(s); }
  };
  return std::visit(maker{}, from.to);
}

struct dispatch::route {
  route(const std::filesystem::path& directory, const config::sink& from, const std::function<bool(const std::string&)>& tell)
      : name(from.name), to(make_sink(from)), carrier(directory, from.name, *to, options_of(from), tell, [this] { return chance(); }) {}

  double chance() { return std::uniform_real_distribution<>(0, 1)(random); }

  void run(const std::function<std::uint64_t()>& durable) {
    std::unique_lock held(mutex);
    while (!stopping) {
      held.unlock();
      duration pause = after_a_bug;
      try {
        pause = carrier.step(durable());
      } catch (const std::exception&) {
        // Memory, or a bug of ours: the log is the truth, and the next attempt begins where this one did.
      }
      held.lock();
      wake.wait_for(held, pause, [&] { return stopping; });
    }
  }

  const std::string name;
  std::minstd_rand random{std::random_device{}()};
  const std::unique_ptr<sink> to;
  courier carrier;
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::thread thread;
};

dispatch::dispatch(const std::filesystem::path& audit_directory, const std::vector<config::sink>& sinks,
                   std::function<std::uint64_t()> durable, std::function<bool(const std::string&)> tell) {
  for (const config::sink& each : sinks) routes_.push_back(std::make_unique<route>(audit_directory, each, tell));
  for (auto& each : routes_) each->thread = std::thread([&r = *each, durable] { r.run(durable); });
}

dispatch::~dispatch() {
  for (auto& each : routes_) {
    each->to->stop();
    const std::lock_guard held(each->mutex);
    each->stopping = true;
    each->wake.notify_all();
  }
  for (auto& each : routes_) each->thread.join();
}

const std::string& dispatch::name(std::size_t i) const { return routes_[i]->name; }
courier_status dispatch::status(std::size_t i) const { return routes_[i]->carrier.status(); }

}  // namespace stoplog::delivery
