#include "audit/indexer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace stoplog::audit {
namespace {

constexpr std::size_t batch_records = 1000;
constexpr std::size_t fresh_records_max = 8192;
constexpr std::uint64_t fresh_bytes_max = 8 * 1024 * 1024;
constexpr std::chrono::milliseconds company{50};  // a batch waits for more: commits cost more than rows
constexpr std::chrono::milliseconds retry{250};
constexpr std::chrono::seconds forget_every{60};
constexpr int last_batches = 20;                  // at the end

}  // namespace

indexer::indexer(std::filesystem::path directory, const std::atomic<std::uint64_t>& durable)
    : directory_(std::move(directory)), durable_(durable), thread_([this] { run(); }) {}

indexer::~indexer() {
  {
    const std::lock_guard held(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void indexer::nudge() {
  {
    const std::lock_guard held(mutex_);
    if (nudged_) return;
    nudged_ = true;
  }
  wake_.notify_one();
}

void indexer::hand_over(std::vector<fresh_record> written) {
  const std::lock_guard held(mutex_);
  for (fresh_record& each : written) {
    if (fresh_.size() >= fresh_records_max || fresh_bytes_ >= fresh_bytes_max) return;
    fresh_bytes_ += each.at.bytes;
    fresh_.push_back(std::move(each));
  }
}

// Those that stand one behind the other from where the index is. None: up to
// `last`, which comes down then, the log has to be read.
std::vector<fresh_record> indexer::take_fresh(std::uint64_t& last) {
  position next = index_->next();
  std::vector<fresh_record> taken;
  const std::lock_guard held(mutex_);
  const auto take = [&] {
    fresh_bytes_ -= fresh_.front().at.bytes;
    fresh_record front = std::move(fresh_.front());
    fresh_.pop_front();
    return front;
  };
  while (!fresh_.empty() && fresh_.front().at.seq < next.seq) take();
  while (!fresh_.empty() && taken.size() < batch_records) {
    const indexed_place& at = fresh_.front().at;
    if (position{at.segment, at.offset, at.seq} != next) break;
    next = {at.segment, at.offset + at.bytes + 1, at.seq + 1};
    taken.push_back(take());
  }
  if (taken.empty() && !fresh_.empty()) last = std::min(last, std::max(next.seq, fresh_.front().at.seq - 1));
  return taken;
}

// False: there were none.
bool indexer::drop_fresh() {
  const std::lock_guard held(mutex_);
  fresh_bytes_ = 0;
  return !std::exchange(fresh_, {}).empty();
}

result<std::size_t> indexer::add_some() {
  std::uint64_t last = durable_;
  const auto fresh = take_fresh(last);
  if (!fresh.empty()) {
    walk_.reset();
    return index_fresh(*index_, fresh);
  }
  if (!walk_) walk_.emplace(directory_, index_->next());
  const auto added = index_batch(*index_, *walk_, decoder_, last, batch_records);
  // Nothing up to a record that is there: the log has to be read beyond it.
  if (added && *added == 0 && drop_fresh()) return index_batch(*index_, *walk_, decoder_, durable_, batch_records);
  return added;
}

std::string indexer::failure() const {
  const std::lock_guard held(mutex_);
  return failure_;
}

void indexer::run() {
  while (true) {
    bool last = false;
    {
      std::unique_lock held(mutex_);
      wake_.wait(held, [&] { return stopping_ || nudged_; });
      wake_.wait_for(held, company, [&] { return stopping_; });
      nudged_ = false;
      last = stopping_;
    }
    const bool done = catch_up();
    if (last) return;
    if (done) continue;
    std::unique_lock held(mutex_);
    nudged_ = true;
    wake_.wait_for(held, retry, [&] { return stopping_; });
  }
}

bool indexer::open() {
  auto opened = index_writer::open(directory_);
  if (!opened) {
    remember(opened.error().detail);
    return false;
  }
  index_.emplace(std::move(*opened));
  return true;
}

// Rows of segments that were retired go, once a while.
result<void> indexer::forget_retired() {
  const auto now = std::chrono::steady_clock::now();
  if (now < forget_at_) return {};
  forget_at_ = now + forget_every;
  const auto segments = list_segments(directory_);
  if (!segments || segments->empty()) return {};
  const auto first = index_->first();
  if (!first) return first.error();
  if (*first == 0 || *first >= segments->front()) return {};
  return index_->forget_before(segments->front());
}

// False: it could not get on; try again later.
bool indexer::catch_up() {
  try {
    if (!index_ && !open()) return false;
    for (int batches = 0;; ++batches) {
      indexed_ = index_->next().seq == 0 ? 0 : index_->next().seq - 1;
      damaged_ = index_->damaged();
      if (indexed_ >= durable_) break;
      {
        const std::lock_guard held(mutex_);
        if (stopping_ && batches >= last_batches) return true;
      }
      const auto added = add_some();
      if (!added) {
        remember(added.error().detail);
        index_->roll_back();
        // Opening again tells whether the file is still fit, and makes it anew if not.
        if (index_->is_broken()) remove_index(directory_);
        index_.reset();
        walk_.reset();
        return false;
      }
      if (*added == 0) break;
    }
    const auto forgotten = forget_retired();
    if (!forgotten) index_->roll_back();
    remember(forgotten ? std::string{} : forgotten.error().detail);
    return true;
  } catch (const std::exception& failure) {
    remember(failure.what());
    index_.reset();
    walk_.reset();
    return false;
  }
}

void indexer::remember(const std::string& failure) {
  const std::lock_guard held(mutex_);
  failure_ = failure;
}

}  // namespace stoplog::audit
