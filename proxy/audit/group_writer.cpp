#include "audit/group_writer.hpp"

#include "audit/encode.hpp"
#include "base/decision_id.hpp"

#include <array>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <openssl/rand.h>
#include <utility>

namespace stoplog::audit {

record own_record(std::string event, std::string note) {
  std::array<std::uint8_t, 10> random{};
  RAND_bytes(random.data(), static_cast<int>(random.size()));
  record r;
  r.kind = record_kind::admin;
  r.at = wall_now();
  r.id = decision_id::make(r.at, random).to_string();
  r.event = std::move(event);
  r.note = std::move(note);
  return r;
}

void lose(captured& content, std::string why) {
  content.sealed.clear();
  content.segment = content.offset = 0;
  content.lost = std::move(why);
}

group_writer::group_writer(file_system& files, std::filesystem::path directory, std::size_t segment_bytes,
                           log_counters& counters, std::optional<proof_options> proof, std::chrono::milliseconds segment_age)
    : segment_(files, directory), content_(files, directory, segment_bytes), segment_bytes_(segment_bytes), counters_(counters), directory_(std::move(directory)),
      segment_age_(segment_age) {
  if (proof) proof_.emplace(std::move(*proof));
}

result<void> group_writer::start(const recovery& found) {
  next_seq_ = found.next_seq;
  counters_.last_durable = next_seq_ - 1;
  segment_since_ = std::chrono::steady_clock::now();
  auto started = found.segment == 0 ? segment_.begin(next_seq_) : segment_.resume(found.segment, found.bytes);
  if (started && found.lacks_newline) started = segment_.append("\n");
  if (started && proof_) started = proof_->restore(directory_, next_seq_);
  return started;
}

result<void> group_writer::write(std::deque<waiting_record>& batch) {
  auto written = attempt(batch);
  if (written) return written;
  if (proof_) proof_->rollback();

  if (failure_.empty()) {
    failed_since_ = wall_now();
    failed_before_ = counters_.failed;
    refused_before_ = counters_.refused;
  }
  failure_ = written.error().detail;
  counters_.healthy = false;
  give_up(batch);
  return written;
}

// An exception is memory that ran out: as if the disk had refused the group.
result<void> group_writer::attempt(std::deque<waiting_record>& batch) {
  try {
    auto written = failure_.empty() ? result<void>{} : recover();
    if (written) keep_content(batch);
    while (written && !batch.empty()) written = write_group(batch);
    if (written && proof_ && proof_->due()) written = write_group(batch);  // nobody came, and its time has
    return written;
  } catch (const std::exception& failure) {
    return fail(errc::audit_unavailable, std::string("writing failed: ") + failure.what());
  }
}

// Content is durable before the record that names it. A record whose content
// cannot be kept is written all the same, and says so.
void group_writer::keep_content(std::deque<waiting_record>& batch) {
  result<void> kept;
  for (waiting_record& each : batch) {
    if (each.content.empty() || !kept) continue;
    const auto place = content_.add(each.content);
    if (!place) {
      kept = place.error();
      continue;
    }
    each.value.content.segment = place->segment;
    each.value.content.offset = place->offset;
  }
  if (kept) kept = content_.sync();
  for (waiting_record& each : batch) {
    if (each.content.empty()) continue;
    each.content = {};
    if (kept) continue;
    ++counters_.content_lost;
    lose(each.value.content, "not_written");
  }
}

void group_writer::finish() {
  if (!proof_ || !proof_->lacks_one() || !failure_.empty() || !segment_.is_open()) return;
  begin_group();
  add_checkpoint();
  if (append_group()) hand_over();
  else proof_->rollback();
}

std::optional<checkpointer::clock::time_point> group_writer::wants_at() const { return proof_ ? proof_->at() : std::nullopt; }

// A new segment, and in it first of all what happened. This is also how the log
// finds out that it can write again when nobody asks.
result<void> group_writer::recover() {
  begin_group();
  if (!segment_.is_open()) {
    if (auto begun = begin_segment(); !begun) return begun;
  }
  add_own(failure_report(), true);
  if (auto reported = append_group(); !reported) return reported;
  hand_over();
  failure_.clear();
  counters_.healthy = true;
  return {};
}

record group_writer::failure_report() const {
  return own_record("write_failure", std::to_string(counters_.failed - failed_before_) +
                                         " records could not be written and " +
                                         std::to_string(counters_.refused - refused_before_) +
                                         " were refused since " + to_rfc3339(failed_since_) + ": " + failure_);
}

bool group_writer::fits(std::size_t line) const {
  const std::uint64_t bytes = segment_.bytes() + lines_.size();
  if (bytes == 0) return true;
  const bool old = segment_age_.count() != 0 && std::chrono::steady_clock::now() - segment_since_ > segment_age_;
  return !old && bytes + line + 1 <= segment_bytes_;
}

// The first line of a segment says what the segments before it hold, so that
// it can be verified without them.
result<void> group_writer::begin_segment() {
  auto begun = segment_.begin(next_seq_);
  segment_since_ = std::chrono::steady_clock::now();
  if (begun && proof_ && next_seq_ != 1) add_checkpoint();
  return begun;
}

void group_writer::begin_group() {
  lines_.clear();
  in_group_ = 0;
  fresh_.clear();
}

void group_writer::add_line(std::string_view line, bool waits) {
  lines_ += line;
  lines_ += '\n';
  ++in_group_;
  if (proof_) proof_->add(line, waits);
}

// A record of the log's own.
void group_writer::add_own(const record& r, bool waits) {
  bool whole = true;
  const std::string line = encode(r, next_seq_ + in_group_, whole);
  if (add_place(line.size(), whole)) *fresh_.back().value = r;
  add_line(line, waits);
}

// Where the next line will stand, for who is given the record then. False: nobody is.
bool group_writer::add_place(std::size_t bytes, bool whole) {
  if (!whole || !on_written_) return false;
  fresh_.push_back({{next_seq_ + in_group_, segment_.first(), segment_.bytes() + lines_.size(), bytes}, std::make_unique<record>()});
  return true;
}

void group_writer::hand_over() {
  if (fresh_.empty()) return;
  for (fresh_record& each : fresh_) drop_unwritten(*each.value);
  try {
    on_written_(std::exchange(fresh_, {}));
  } catch (const std::bad_alloc&) {
    // They are written; who is not given them reads them from the log.
  }
}

// The record of a checkpoint waits for none: otherwise there would be no end.
void group_writer::add_checkpoint() { add_own(proof_->make(), false); }

// As many records as fit into the segment and the group, at least one if there is one.
result<void> group_writer::write_group(std::deque<waiting_record>& batch) {
  begin_group();
  constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> places;  // of the records in fresh_
  bool fresh = false;
  if (!fits(0)) {
    if (auto begun = begin_segment(); !begun) return begun;
  }
  while (places.size() < batch.size() && lines_.size() < group_bytes) {
    bool whole = true;
    const std::string line = encode(batch[places.size()].value, next_seq_ + in_group_, whole);
    if (!fits(line.size()) && !fresh) {
      if (!places.empty()) break;
      if (auto begun = begin_segment(); !begun) return begun;
      fresh = true;  // it takes one record however long that is; its number may be another now
      continue;
    }
    places.push_back(add_place(line.size(), whole) ? fresh_.size() - 1 : nobody);
    add_line(line, true);
    fresh = false;
    if (proof_ && proof_->due()) add_checkpoint();
  }
  if (proof_ && proof_->due()) add_checkpoint();
  if (auto appended = append_group(); !appended) return appended;
  for (const std::size_t place : places) {
    if (place != nobody) *fresh_[place].value = std::move(batch.front().value);
    const auto done = std::move(batch.front().done);
    batch.pop_front();
    --counters_.in_flight;
    if (done) done(true);
  }
  hand_over();
  return {};
}

result<void> group_writer::append_group() {
  if (lines_.empty()) return {};
  auto appended = segment_.append(lines_);
  if (!appended) return appended;
  if (proof_) proof_->commit();
  next_seq_ += in_group_;
  counters_.written += in_group_;
  counters_.last_durable = next_seq_ - 1;
  in_group_ = 0;
  return {};
}

void group_writer::give_up(std::deque<waiting_record>& batch) {
  for (auto& item : batch) {
    if (!item.done) continue;
    ++counters_.failed;
    --counters_.in_flight;
    item.done(false);
  }
  std::erase_if(batch, [](const waiting_record& item) { return item.done != nullptr; });
}

}  // namespace stoplog::audit
