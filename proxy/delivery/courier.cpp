#include "delivery/courier.hpp"

#include "audit/query.hpp"

#include <algorithm>
#include <utility>

namespace stoplog::delivery {
namespace {

constexpr std::size_t steps_at_once = 20'000;  // of the walk, so that a cursor is saved now and then
constexpr std::size_t pending_max = 100;

}  // namespace

courier::courier(std::filesystem::path audit_directory, const std::string& name, sink& to, courier_options options,
                 std::function<bool(const std::string&)> tell, std::function<double()> chance)
    : directory_(std::move(audit_directory)),
      name_(name),
      sink_(to),
      options_(std::move(options)),
      tell_(std::move(tell)),
      chance_(std::move(chance)),
      cursor_(directory_, name) {}

// False: it cannot be told yet where to begin.
bool courier::start(std::uint64_t durable) {
  audit::position from;
  const auto found = cursor_.load(from);
  if (found == cursor::found::good && from.seq > durable + 1) {
    pending_.push_back("sink " + name_ + ": its cursor is of another log, which went further than this one; it starts from the beginning");
    from = {};
  } else if (found == cursor::found::damaged) {
    pending_.push_back("sink " + name_ + ": its cursor cannot be read; it starts from the beginning, so records are delivered again");
  } else if (found == cursor::found::absent && options_.from_newest) {
    auto reading = audit::reader::open(directory_);
    if (!reading) return false;
    from = reading->end();
    // Records that are not durable yet may be seen there; they are new.
    if (from.seq > durable + 1) return false;
  }
  saved_ = found == cursor::found::good ? from : audit::position{};  // so that the first step saves where it began
  next_ = from.seq;
  walk_.emplace(directory_, from);
  return true;
}

duration courier::step(std::uint64_t durable) {
  if (!walk_ && !start(durable)) return options_.look_every;
  if (!tell_pending()) return options_.look_every;
  if (!delivered_) {
    if (batch_.empty() && !gather(durable)) {
      batch_.clear();
      walk_.reset();
      return failed("the log cannot be read");
    }
    if (!batch_.empty()) {
      if (auto done = sink_.deliver(batch_); !done) return failed(done.error().detail);
      delivered_records_ += batch_.size();
    }
    delivered_ = true;
  }
  const audit::position here = walk_->here();
  if (here != saved_) {
    if (auto saved = cursor_.save(here); !saved) return failed(saved.error().detail);
    saved_ = here;
  }
  return succeeded();
}

// False: the newest segment, or the folder, cannot be read now.
bool courier::gather(std::uint64_t durable) {
  batch_bytes_ = 0;
  for (std::size_t i = 0; i < steps_at_once && pending_.empty(); ++i) {
    if (batch_.size() >= options_.batch_records || batch_bytes_ >= options_.batch_bytes) return true;
    const auto step = walk_->next(durable);
    if (const auto* found = std::get_if<audit::line>(&step)) {
      take(*found);
    } else if (const auto* problem = std::get_if<audit::trouble>(&step)) {
      const bool stuck = problem->what == audit::trouble::kind::unreadable &&
                         (problem->segment == 0 || problem->segment == walk_->here().segment);
      if (stuck) return false;
      note(*problem);
    } else {
      return true;
    }
  }
  return true;
}

void courier::take(const audit::line& at) {
  auto stored = decoder_.decode(at.bytes);
  // A whole record of a newer version cannot be sorted: it goes to everyone as it is.
  if (stored && !wants(stored->value)) return;
  batch_bytes_ += at.bytes.size();
  batch_.push_back({at.seq, stored ? std::move(stored->value) : audit::record{}, std::string(at.bytes)});
}

void courier::note(const audit::trouble& found) {
  if (!found.is_damage()) return;
  missed_ += found.last >= found.first ? found.last - found.first + 1 : 1;
  if (pending_.size() < pending_max) pending_.push_back("sink " + name_ + ": not delivered: " + audit::to_string(found));
}

bool courier::wants(const audit::record& r) const {
  if (options_.only.empty()) return true;
  const std::string_view what = r.kind == audit::record_kind::exchange ? std::string_view(r.decision) : audit::to_string(r.kind);
  return std::find(options_.only.begin(), options_.only.end(), what) != options_.only.end();
}

bool courier::tell_pending() {
  while (!pending_.empty()) {
    if (!tell_(pending_.front())) return false;
    pending_.erase(pending_.begin());
  }
  return true;
}

duration courier::failed(const std::string& why) {
  ++failures_;
  {
    const std::lock_guard held(mutex_);
    failure_ = why.empty() ? "it failed" : why;
  }
  const auto doublings = std::min<std::uint64_t>(failures_in_row_++, 20);
  const duration whole = std::min(options_.longest_retry, options_.first_retry * (std::int64_t{1} << doublings));
  // Between a half and all of it, so that many do not come back at the same moment.
  return duration(static_cast<std::int64_t>(static_cast<double>(whole.count()) * (1 - chance_() / 2)));
}

duration courier::succeeded() {
  const bool some = !batch_.empty();
  next_ = saved_.seq;
  batch_.clear();
  delivered_ = false;
  failures_in_row_ = 0;
  {
    const std::lock_guard held(mutex_);
    failure_.clear();
  }
  return some ? options_.every : std::max(options_.every, options_.look_every);
}

courier_status courier::status() const {
  const std::lock_guard held(mutex_);
  return {next_, delivered_records_, failures_, missed_, sink_.rejected(), failure_};
}

}  // namespace stoplog::delivery
