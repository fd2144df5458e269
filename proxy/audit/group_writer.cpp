#include "audit/group_writer.hpp"

#include "audit/encode.hpp"
#include "base/decision_id.hpp"

#include <array>
#include <exception>
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

group_writer::group_writer(file_system& files, std::filesystem::path directory, std::size_t segment_bytes,
                           log_counters& counters)
    : segment_(files, std::move(directory)), segment_bytes_(segment_bytes), counters_(counters) {}

result<void> group_writer::start(const recovery& found) {
  next_seq_ = found.next_seq;
  counters_.last_durable = next_seq_ - 1;
  if (found.segment == 0) return segment_.begin(next_seq_);
  auto resumed = segment_.resume(found.segment, found.bytes);
  if (resumed && found.lacks_newline) resumed = segment_.append("\n");
  return resumed;
}

result<void> group_writer::write(std::deque<waiting_record>& batch) {
  auto written = attempt(batch);
  if (written) return written;

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
    while (written && !batch.empty()) written = write_group(batch);
    return written;
  } catch (const std::exception& failure) {
    return fail(errc::audit_unavailable, std::string("writing failed: ") + failure.what());
  }
}

// A new segment, and in it first of all what happened. This is also how the log
// finds out that it can write again when nobody asks.
result<void> group_writer::recover() {
  if (!segment_.is_open()) {
    if (auto begun = segment_.begin(next_seq_); !begun) return begun;
  }
  if (auto reported = append(encode(failure_report(), next_seq_) + '\n', 1); !reported) return reported;
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

// As many records as fit into the segment and the group, at least one.
result<void> group_writer::write_group(std::deque<waiting_record>& batch) {
  lines_.clear();
  std::size_t count = 0;
  while (count < batch.size() && lines_.size() < group_bytes) {
    const std::string line = encode(batch[count].value, next_seq_ + count);
    const std::uint64_t bytes = segment_.bytes() + lines_.size();
    if (bytes != 0 && bytes + line.size() + 1 > segment_bytes_) {
      if (count != 0) break;
      if (auto begun = segment_.begin(next_seq_); !begun) return begun;
    }
    lines_ += line;
    lines_ += '\n';
    ++count;
  }
  if (auto appended = append(lines_, count); !appended) return appended;
  for (; count != 0; --count) {
    const auto done = std::move(batch.front().done);
    batch.pop_front();
    --counters_.in_flight;
    if (done) done(true);
  }
  return {};
}

result<void> group_writer::append(std::string_view lines, std::uint64_t records) {
  if (auto appended = segment_.append(lines); !appended) return appended;
  next_seq_ += records;
  counters_.written += records;
  counters_.last_durable = next_seq_ - 1;
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
