#include "audit/spool.hpp"

#include "audit/encode.hpp"
#include "audit/file_system.hpp"
#include "audit/group_writer.hpp"
#include "audit/walk.hpp"

#include <system_error>
#include <utility>

namespace stoplog::audit {
namespace {

constexpr std::size_t at_once = 256;  // records that are moved together

// Appends them all and waits. False: not all of them are durable.
bool move_all(log& to, std::vector<record>& records) {
  struct counts {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t left;
    bool all = true;
  };
  const auto shared = std::make_shared<counts>();
  shared->left = records.size();
  const auto done = [shared](bool durable) {
    const std::lock_guard held(shared->mutex);
    shared->all = shared->all && durable;
    --shared->left;
    shared->changed.notify_all();
  };
  for (record& each : records) {
    if (!to.append(std::move(each), durability::before, done)) done(false);
  }
  records.clear();
  std::unique_lock held(shared->mutex);
  shared->changed.wait(held, [&] { return shared->left == 0; });
  return shared->all;
}

}  // namespace

spool::spool(std::filesystem::path directory, const spool_options& options, log& to)
    : directory_(std::move(directory)), options_(options), to_(to) {}

result<std::unique_ptr<spool>> spool::open(const std::filesystem::path& directory, const spool_options& options, log& to,
                                           std::vector<std::string>& notes) {
  std::unique_ptr<spool> made(new spool(directory, options, to));
  if (auto begun = made->begin(notes); !begun) return begun.error();
  std::uint64_t last = 0;
  walk left(directory);
  for (auto step = left.next(); !std::holds_alternative<end_of_log>(step); step = left.next()) {
    if (const auto* found = std::get_if<line>(&step)) last = found->seq;
  }
  made->waiting_ = last;
  made->thread_ = std::thread([s = made.get()] { s->run(); });
  return made;
}

spool::~spool() {
  {
    const std::lock_guard held(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// The lock is held, or nobody else is there yet.
result<void> spool::begin(std::vector<std::string>& notes) {
  log_options options;
  options.index = false;
  options.soon_delay = std::chrono::milliseconds(0);
  options.files = options_.files;
  auto opened = log::open(directory_, options, notes);
  if (!opened) return opened.error();
  second_ = std::move(*opened);
  bytes_ = 0;
  const auto segments = list_segments(directory_);
  if (!segments) return segments.error();
  for (const std::uint64_t each : *segments) {
    std::error_code ignored;
    const auto size = std::filesystem::file_size(directory_ / segment_name(each), ignored);
    bytes_ += ignored ? 0 : size;
  }
  return {};
}

bool spool::append(record r, std::function<void(bool)> done) {
  if (!r.content.sealed.empty()) lose(r.content, "spooled");
  const std::size_t bytes = encode(r, 1).size() + 1;
  const std::lock_guard held(mutex_);
  if (second_ == nullptr) return false;
  if (bytes_ + bytes > options_.bytes) {
    bytes_ = options_.bytes;  // full until it is emptied, for shorter records too
    return false;
  }
  if (done) {
    done = [this, bytes, tell = std::move(done)](bool durable) {
      if (!durable) {
        const std::lock_guard locked(mutex_);
        bytes_ -= bytes;
        --waiting_;
      }
      tell(durable);
    };
  }
  if (!second_->append(std::move(r), durability::before, std::move(done))) return false;
  bytes_ += bytes;
  ++waiting_;
  return true;
}

bool spool::takes() const {
  const std::lock_guard held(mutex_);
  return second_ != nullptr && bytes_ < options_.bytes && second_->status().healthy;
}

std::string spool::failure() const {
  const std::lock_guard held(mutex_);
  return failure_;
}

void spool::run() {
  std::unique_lock held(mutex_);
  while (!stopping_) {
    if (waiting_ != 0 && to_.status().healthy) {
      held.unlock();
      const auto emptied = empty();
      held.lock();
      failure_ = emptied ? std::string{} : emptied.error().detail;
    }
    wake_.wait_for(held, options_.look_every, [&] { return stopping_; });
  }
}

// While it is emptied it takes nothing: the log can be written.
result<void> spool::empty() {
  std::unique_ptr<log> closing;
  {
    const std::lock_guard held(mutex_);
    closing = std::move(second_);
  }
  closing.reset();  // waits for what is queued in it
  auto moved = move_records();
  const std::lock_guard held(mutex_);
  if (moved) {
    const auto segments = list_segments(directory_);
    posix_file_system files;
    for (const std::uint64_t each : segments ? *segments : std::vector<std::uint64_t>{}) files.remove(directory_ / segment_name(each));
    files.sync_directory(directory_);
    moved_ = 0;
    waiting_ = 0;
  }
  std::vector<std::string> notes;
  if (auto begun = begin(notes); !begun) return begun.error();
  return moved;
}

result<void> spool::move_records() {
  const error down = fail(errc::audit_unavailable, "the log could not take what waits in " + directory_.string());
  walk from(directory_);
  decoder decode;
  std::vector<record> together;
  std::uint64_t last = moved_;
  for (;;) {
    const auto step = from.next();
    if (const auto* found = std::get_if<line>(&step)) {
      if (found->seq <= moved_) continue;
      auto stored = decode.decode(found->bytes);
      last = found->seq;
      // What the second place says of itself is not for the log.
      if (stored && stored->value.kind != record_kind::admin) together.push_back(std::move(stored->value));
    }
    const bool end = std::holds_alternative<end_of_log>(step);
    if (together.size() < at_once && !end) continue;
    if (!move_all(to_, together)) return down;
    moved_ = last;
    if (end) return {};
  }
}

}  // namespace stoplog::audit
