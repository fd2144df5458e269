#include "audit/log.hpp"

#include "audit/group_writer.hpp"
#include "audit/indexer.hpp"

#include <cerrno>
#include <condition_variable>
#include <future>
#include <iterator>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace stoplog::audit {
namespace {

using clock = std::chrono::steady_clock;

// Held while a process has the directory.
class directory_lock {
 public:
  directory_lock(file_system& files, int handle) : files_(files), handle_(handle) {}
  ~directory_lock() { files_.close(handle_); }
  directory_lock(const directory_lock&) = delete;
  directory_lock& operator=(const directory_lock&) = delete;

 private:
  file_system& files_;
  int handle_;
};

error cannot(const char* step, const std::filesystem::path& what, int code) {
  return fail(errc::audit_unavailable,
              std::string(step) + ' ' + what.string() + " failed: " + std::generic_category().message(code));
}

result<std::unique_ptr<directory_lock>> take(file_system& files, const std::filesystem::path& directory) {
  if (const int code = files.make_directory(directory)) return cannot("making", directory, code);
  int handle = -1;
  int code = files.lock(directory / "lock", handle);
  // Somebody may only be looking whether it is taken.
  for (int tries = 0; code == EWOULDBLOCK && tries < 5; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    code = files.lock(directory / "lock", handle);
  }
  if (code == EWOULDBLOCK) {
    return fail(errc::audit_unavailable, "another process writes the audit log in " + directory.string());
  }
  if (code != 0) return cannot("locking", directory / "lock", code);
  return std::make_unique<directory_lock>(files, handle);
}

void note_loose_permissions(const std::filesystem::path& directory, std::vector<std::string>& notes) {
  using std::filesystem::perms;
  std::error_code failure;
  const auto about = std::filesystem::status(directory, failure);
  if (!failure && (about.permissions() & (perms::group_all | perms::others_all)) != perms::none) {
    notes.push_back("the audit directory " + directory.string() + " is open to other users; 0700 is advised");
  }
}

}  // namespace

struct log::state {
  state(const log_options& o, const std::filesystem::path& where)
      : options(o), files(o.files != nullptr ? *o.files : real_files), directory(where),
        writer(files, where, o.segment_bytes, counters, o.proof, o.segment_age) {}

  void run();
  void wait(std::unique_lock<std::mutex>& held);
  bool due() const { return stopping || urgent || queue.size() >= options.soon_records; }
  bool stalled() const;

  const log_options options;
  posix_file_system real_files;
  file_system& files;
  const std::filesystem::path directory;
  std::unique_ptr<directory_lock> lock;
  log_counters counters;
  group_writer writer;
  std::unique_ptr<indexer> index;

  mutable std::mutex mutex;               // guards what follows
  std::condition_variable wake;
  std::deque<waiting_record> queue;
  std::size_t content_queued = 0;         // bytes
  clock::time_point first_queued;         // when the oldest record of the queue came
  bool urgent = false;                    // somebody waits for a record in the queue
  bool stopping = false;
  bool broken = false;
  clock::time_point retry_at;
  std::string failure;
  std::string checkpoint_failure;
  clock::time_point busy_since{};         // zero: no write is under way
  std::thread thread;                     // last, and joined by ~log
};

// Until there is something to do, by the rule of the group: at once when
// somebody waits, otherwise with company.
void log::state::wait(std::unique_lock<std::mutex>& held) {
  if (broken) {
    wake.wait_until(held, retry_at, [&] { return stopping; });
    return;
  }
  const auto wanted = [&] { return stopping || !queue.empty(); };
  if (const auto checkpoint = writer.wants_at()) {
    if (!wake.wait_until(held, *checkpoint, wanted)) return;
  } else {
    wake.wait(held, wanted);
  }
  if (!due()) wake.wait_until(held, first_queued + options.soon_delay, [&] { return due(); });
}

void log::state::run() {
  std::unique_lock held(mutex);
  while (true) {
    wait(held);
    if (stopping && queue.empty() && !broken) {
      held.unlock();
      writer.finish();
      if (index) index->nudge();
      return;
    }
    const bool last = stopping;
    std::deque<waiting_record> batch = std::exchange(queue, {});
    content_queued = 0;
    counters.in_flight = batch.size();
    urgent = false;
    busy_since = clock::now();
    held.unlock();
    const auto written = writer.write(batch);
    if (index) index->nudge();
    held.lock();
    busy_since = {};
    counters.in_flight = 0;  // those that are left go back into the queue
    broken = !written;
    checkpoint_failure = writer.checkpoint_failure();
    failure = written ? std::string{} : written.error().detail;
    if (!broken) continue;
    retry_at = clock::now() + options.retry_delay;
    // What nobody waited for goes back to where it stood.
    for (const auto& item : batch) content_queued += item.content.size();
    queue.insert(queue.begin(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
    if (!last) continue;
    for (auto& item : queue) {
      if (item.done) item.done(false);
    }
    counters.failed += queue.size();
    queue.clear();
    return;
  }
}

bool log::state::stalled() const { return busy_since != clock::time_point{} && clock::now() - busy_since > options.stall; }

log::log(std::unique_ptr<state> s) : state_(std::move(s)) {}

result<std::unique_ptr<log>> log::open(const std::filesystem::path& directory, const log_options& options,
                                       std::vector<std::string>& notes) {
  auto made = std::make_unique<state>(options, directory);
  auto locked = take(made->files, directory);
  if (!locked) return locked.error();
  made->lock = std::move(*locked);
  note_loose_permissions(directory, notes);

  const auto found = inspect(directory);
  if (!found) return found.error();
  if (const auto started = made->writer.start(*found); !started) return started.error();
  notes.insert(notes.end(), found->notes.begin(), found->notes.end());
  if (options.index) {
    made->index = std::make_unique<indexer>(directory, made->counters.last_durable);
    made->writer.on_written([to = made->index.get()](std::vector<fresh_record> written) { to->hand_over(std::move(written)); });
  }

  std::unique_ptr<log> opened(new log(std::move(made)));
  state* s = opened->state_.get();
  s->thread = std::thread([s] { s->run(); });
  for (const auto& note : found->notes) opened->append(own_record("log_repaired", note), durability::soon);
  return opened;
}

log::~log() {
  {
    const std::lock_guard held(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
}

bool log::append(record r, durability when, std::function<void(bool)> done, std::string content) {
  bool wake = false;
  {
    const std::lock_guard held(state_->mutex);
    if (state_->stopping || state_->queue.size() + state_->counters.in_flight >= state_->options.queue_records) {
      ++state_->counters.refused;
      return false;
    }
    const bool was_due = state_->due();
    const bool was_empty = state_->queue.empty();
    if (was_empty) state_->first_queued = clock::now();
    if (when == durability::before) state_->urgent = true;
    if (state_->content_queued + content.size() > state_->options.content_bytes) {
      content.clear();
      lose(r.content, "queue_full");
      ++state_->counters.content_lost;
    }
    state_->content_queued += content.size();
    state_->queue.push_back({std::move(r), std::move(done), std::move(content)});
    wake = was_empty || (!was_due && state_->due());
  }
  if (wake) state_->wake.notify_one();
  return true;
}

bool log::append_and_wait(record r) {
  const auto told = std::make_shared<std::promise<bool>>();
  auto durable = told->get_future();
  return append(std::move(r), durability::before, [told](bool done) { told->set_value(done); }) && durable.get();
}

log_status log::status() const {
  log_status now;
  const log_counters& counters = state_->counters;
  {
    const std::lock_guard held(state_->mutex);
    now.queued = state_->queue.size() + counters.in_flight;
    now.failure = state_->failure;
    now.checkpoint_failure = state_->checkpoint_failure;
    now.healthy = counters.healthy && !state_->stalled();
  }
  now.written = counters.written;
  now.durable = counters.last_durable;
  now.failed = counters.failed;
  now.refused = counters.refused;
  now.content_lost = counters.content_lost;
  if (state_->index) {
    const std::uint64_t durable = counters.last_durable;
    const std::uint64_t indexed = state_->index->indexed();
    now.index_lag = durable > indexed ? durable - indexed : 0;
    now.damaged = state_->index->damaged();
    now.index_failure = state_->index->failure();
  }
  return now;
}

}  // namespace stoplog::audit
