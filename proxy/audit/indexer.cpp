#include "audit/indexer.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace stoplog::audit {
namespace {

constexpr std::size_t batch_records = 1000;
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
  walk_.emplace(directory_, index_->next());
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
      const auto added = index_batch(*index_, *walk_, decoder_, durable_, batch_records);
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
