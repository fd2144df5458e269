#include "server/server.hpp"

#include "admin/handlers.hpp"
#include "audit/acts.hpp"
#include "audit/group_writer.hpp"
#include "audit/retention.hpp"
#include "audit/spool.hpp"
#include "delivery/dispatch.hpp"
#include "http/listener.hpp"
#include "http/short_server.hpp"
#include "http/tls.hpp"
#include "server/reloader.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <thread>

namespace stoplog::server {

namespace asio = boost::asio;

namespace {

constexpr auto look_at_drain = std::chrono::milliseconds(20);

std::size_t worker_count(const config::settings& from) {
  return from.workers != 0 ? from.workers : std::max(1U, std::thread::hardware_concurrency());
}

// Everything that runs, in the order in which it is made; destroyed in reverse.
class running {
 public:
  running(const config::settings& settings, logging::logger& journal, std::unique_ptr<audit::log> log,
          std::unique_ptr<audit::spool> spool, std::vector<audit::responder_key> responders, std::string key,
          std::shared_ptr<const policy::policy_set> policies)
      : settings_(settings),
        journal_(journal),
        log_(std::move(log)),
        spool_(std::move(spool)),
        counts_(numbers_),
        routes_(settings),
        shared_{settings, routes_, names_, *log_, counts_, journal_, {}},
        reloader_(settings, std::move(key), policies, [this](auto next) { use(std::move(next)); }) {
    shared_.workers = worker_count(settings);
    shared_.responders = std::move(responders);
    shared_.spool = spool_.get();
    for (const auto& each : settings.upstreams) {
      shared_.upstream_tls.push_back(each.https ? http::make_upstream_context(each.tls) : nullptr);
    }
    for (std::size_t i = 0; i < shared_.workers; ++i) {
      workers_.push_back(std::make_unique<http::worker>(shared_, policies));
    }
    listen();
    make_admin();
    make_numbers();
    make_delivery();
    const audit::retention_options keep{settings.audit.keep_for, settings.audit.keep_bytes};
    retention_.emplace(settings.audit.directory, keep, *log_);
    acts_.emplace(settings.audit.directory, *log_);
  }

  void run() {
    log_->append(audit::own_record("started", "policies " + reloader_.current()->digest()), audit::durability::soon);
    for (auto& each : listeners_) each->start();
    admin_->start();
    for (auto& each : workers_) threads_.emplace_back([&w = *each] { w.run(); });
    wait_for_signal();
    journal_.info("ready", {{"workers", static_cast<std::int64_t>(workers_.size())}});
    main_.run();
    for (auto& each : threads_) each.join();
    reloader_.stop();
    names_.stop();
    retention_.reset();
    acts_.reset();
    log_->append(audit::own_record("stopped", ""), audit::durability::soon);
    journal_.info("stopped");
  }

 private:
  void listen() {
    for (const auto& each : settings_.listeners) {
      if (each.tls) listener_tls_.push_back(http::make_listener_context(*each.tls));
      asio::ssl::context* tls = each.tls ? listener_tls_.back().get() : nullptr;
      std::uint16_t port = each.address.port;
      for (auto& w : workers_) {
        listeners_.push_back(std::make_unique<http::listener>(*w, each, port, tls));
        port = listeners_.back()->port();  // a port that the system chose is the same for all
      }
      journal_.info("listening", {{"address", each.address.host}, {"port", std::int64_t{port}}, {"tls", tls != nullptr}});
    }
  }

  void make_admin() {
    admin::questions ask;
    ask.draining = [this] { return shared_.draining.load(); };
    ask.audit = [this] { return log_->status(); };
    ask.reload = [this](std::function<void(std::string)> done) { reload(std::move(done)); };
    handlers_ = std::make_unique<admin::handlers>(numbers_, std::move(ask));
    admin_ = std::make_unique<http::short_server>(
        main_.get_executor(), settings_.admin, [this](std::string_view method, std::string_view path, auto done) {
          handlers_->handle(method, path, [done](admin::reply r) {
            done({r.status, std::move(r.content_type), std::move(r.body)});
          });
        });
    journal_.info("admin listening", {{"address", settings_.admin.host}, {"port", std::int64_t{admin_->port()}}});
  }

  void make_numbers() {
    numbers_.make_callback("stoplog_audit_records_written", "Records durable in the audit log.",
                           [this] { return static_cast<double>(log_->status().written); });
    numbers_.make_callback("stoplog_audit_records_failed", "Records that could not be written.",
                           [this] { return static_cast<double>(log_->status().failed); });
    numbers_.make_callback("stoplog_audit_records_refused", "Records turned away because the queue was full.",
                           [this] { return static_cast<double>(log_->status().refused); });
    numbers_.make_callback("stoplog_audit_queue_records", "Records waiting to be written.",
                           [this] { return static_cast<double>(log_->status().queued); });
    numbers_.make_callback("stoplog_audit_index_lag_records", "Records in the log and not yet in the index.",
                           [this] { return static_cast<double>(log_->status().index_lag); });
    numbers_.make_callback("stoplog_audit_checkpoint_failing", "1 while checkpoints do not get to their second place.",
                           [this] { return log_->status().checkpoint_failure.empty() ? 0.0 : 1.0; });
    numbers_.make_callback("stoplog_audit_retention_failing", "1 while old segments cannot be retired.", [this] {
      return retention_ && !retention_->failure().empty() ? 1.0 : 0.0;
    });
    numbers_.make_callback("stoplog_audit_acts_failing", "1 while what people did with the log cannot be recorded.", [this] {
      return acts_ && !acts_->failure().empty() ? 1.0 : 0.0;
    });
    numbers_.make_callback("stoplog_audit_content_lost", "Records whose captured content could not be kept.",
                           [this] { return static_cast<double>(log_->status().content_lost); });
    if (spool_) {
      numbers_.make_callback("stoplog_audit_spool_records", "Records that wait in the second place until the log can be written.",
                             [this] { return static_cast<double>(spool_->waiting()); });
      numbers_.make_callback("stoplog_audit_spool_takes", "1 while the second place would take a record.",
                             [this] { return spool_->takes() ? 1.0 : 0.0; });
    }
    numbers_.make_callback("stoplog_ready", "1 while /readyz says ready.", [this] {
      return !shared_.draining.load() && log_->status().healthy ? 1.0 : 0.0;
    });
  }

  // After the log and before whatever tells of it: the couriers read the log's
  // files and never stand in a request's way.
  void make_delivery() {
    delivery_ = std::make_unique<delivery::dispatch>(
        settings_.audit.directory, settings_.audit.sinks, [this] { return log_->status().durable; },
        [this](const std::string& what) {
          journal_.error("records not delivered", {{"what", what}});
          return log_->append(audit::own_record("sink_gap", what), audit::durability::soon);
        });
    for (std::size_t i = 0; i < delivery_->size(); ++i) {
      const auto number = [&](const char* name, const char* about, auto value) {
        numbers_.make_callback(name, about, [this, i, value] { return static_cast<double>(value(delivery_->status(i))); },
                               {{"sink", delivery_->name(i)}});
      };
      number("stoplog_sink_lag_records", "Durable records that the sink has not got yet.", [this](const auto& s) {
        const std::uint64_t durable = log_->status().durable;
        return durable >= s.next ? durable - (s.next == 0 ? 0 : s.next - 1) : 0;
      });
      number("stoplog_sink_delivered_records", "Records given to the sink, repeated ones included.", [](const auto& s) { return s.delivered; });
      number("stoplog_sink_failures", "Attempts that failed.", [](const auto& s) { return s.failures; });
      number("stoplog_sink_missed_records", "Records that were gone or unreadable before they were delivered.", [](const auto& s) { return s.missed; });
      number("stoplog_sink_rejected_records", "Records that the receiver threw away, by its own words.", [](const auto& s) { return s.rejected; });
    }
  }

  void reload(std::function<void(std::string)> done) {
    reloader_.reload([this, done = std::move(done)](const problems& found, bool taken) {
      std::string text;
      for (const problem& each : found) text += to_string(each) + '\n';
      numbers_.make_counter("stoplog_policy_reloads_total", "Reloads of policies and rules, by result.",
                            {{"result", taken ? "taken" : "rejected"}}).add();
      log_->append(audit::own_record(taken ? "policy_loaded" : "policy_rejected",
                                taken ? "policies " + reloader_.current()->digest() : text),
                   audit::durability::soon);
      if (taken) {
        journal_.info("policies reloaded", {{"digest", reloader_.current()->digest()}});
      } else {
        journal_.error("policies not reloaded; the last good ones stay", {{"problems", text}});
      }
      if (done) done(taken ? std::string() : text);
    });
  }

  void use(std::shared_ptr<const policy::policy_set> next) {
    for (auto& each : workers_) each->use(next);
  }

  void wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code ec, int number) {
      if (ec) return;
      if (number == SIGHUP) {
        reload({});
      } else if (!shared_.draining.exchange(true)) {
        drain();
      } else {
        stop();  // asked twice
      }
      wait_for_signal();
    });
  }

  void drain() {
    journal_.info("draining", {{"connections", static_cast<std::int64_t>(shared_.open_connections.load())}});
    for (auto& each : listeners_) each->stop();
    for (auto& each : workers_) each->drain();
    drain_until_ = std::chrono::steady_clock::now() + settings_.deadlines.drain;
    look_at_drain_again();
  }

  void look_at_drain_again() {
    if (shared_.open_connections.load() == 0 || std::chrono::steady_clock::now() > drain_until_) return stop();
    drain_timer_.expires_after(look_at_drain);
    drain_timer_.async_wait([this](boost::system::error_code ec) {
      if (!ec) look_at_drain_again();
    });
  }

  void stop() {
    for (auto& each : workers_) each->stop();
    admin_->stop();
    main_.stop();
  }

  const config::settings& settings_;
  logging::logger& journal_;
  asio::io_context main_{1};
  std::unique_ptr<audit::log> log_;
  std::unique_ptr<audit::spool> spool_;
  std::optional<audit::retention> retention_;
  std::optional<audit::act_recorder> acts_;
  metrics::registry numbers_;
  http::traffic counts_;
  http::router routes_;
  http::resolver names_;
  http::services shared_;
  reloader reloader_;
  std::vector<std::unique_ptr<asio::ssl::context>> listener_tls_;
  std::vector<std::unique_ptr<http::worker>> workers_;
  std::vector<std::unique_ptr<http::listener>> listeners_;
  std::unique_ptr<admin::handlers> handlers_;
  std::unique_ptr<http::short_server> admin_;
  std::unique_ptr<delivery::dispatch> delivery_;
  asio::signal_set signals_{main_, SIGTERM, SIGINT, SIGHUP};
  asio::steady_timer drain_timer_{main_};
  std::chrono::steady_clock::time_point drain_until_{};
  std::vector<std::thread> threads_;
};

result<audit::log_options> log_options_of(const config::audit_settings& from) {
  audit::log_options made;
  made.segment_bytes = from.segment_bytes;
  made.segment_age = from.segment_age;
  made.proof.emplace();
  made.proof->every = from.checkpoint_every;
  made.proof->records = from.checkpoint_records;
  made.proof->second_place = from.checkpoint_file;
  if (from.signing_key.empty()) return made;
  auto key = audit::note_signer::read(from.signing_key);
  if (!key) return key.error();
  made.proof->signer = std::make_shared<audit::note_signer>(std::move(*key));
  return made;
}

}  // namespace

namespace {

// Who may read what is captured, and the second place. Nothing after a complaint.
struct audit_parts {
  std::vector<audit::responder_key> responders;
  std::unique_ptr<audit::spool> spool;
};

result<audit_parts> open_parts(const config::audit_settings& from, audit::log& log, std::vector<std::string>& notes) {
  audit_parts made;
  for (const auto& file : from.content.responders) {
    auto key = audit::responder_key::read(file);
    if (!key) return key.error();
    if (key->can_unwrap()) return fail(errc::audit_unavailable, file.string() + " is a private key; the proxy needs only the public half, and must not be able to read what it kept");
    made.responders.push_back(std::move(*key));
  }
  if (from.spool.directory.empty()) return made;
  auto spool = audit::spool::open(from.spool.directory, {.bytes = from.spool.bytes}, log, notes);
  if (!spool) return spool.error();
  made.spool = std::move(*spool);
  return made;
}

}  // namespace

outcome run(const config::settings& settings, logging::logger& journal, problems& found) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that has gone is an error of that write
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a limit of a file's size
  std::vector<std::string> notes;
  const auto options = log_options_of(settings.audit);
  auto log = options ? audit::log::open(settings.audit.directory, *options, notes) : options.error();
  for (const std::string& each : notes) journal.warning("audit log", {{"note", each}});
  if (!log) {
    journal.error("the audit log cannot be opened", {{"why", log.error().detail}});
    return outcome::not_started;
  }
  auto parts = open_parts(settings.audit, **log, notes);
  if (!parts) {
    journal.error("the audit log cannot be opened", {{"why", parts.error().detail}});
    return outcome::not_started;
  }
  auto key = fingerprint_key(settings.audit.directory);
  if (!key) {
    journal.error("the audit log cannot be opened", {{"why", key.error().detail}});
    return outcome::not_started;
  }
  auto policies = load_policies(settings, *key, found);
  if (!policies) return outcome::not_started;
  try {
    running program(settings, journal, std::move(*log), std::move(parts->spool), std::move(parts->responders), std::move(*key), std::move(policies));
    program.run();
    return outcome::stopped;
  } catch (const boost::system::system_error& failure) {
    journal.error("cannot start", {{"why", failure.code().message()}, {"where", failure.what()}});
    return outcome::not_started;
  }
}

}  // namespace stoplog::server
