#include "audit/walk.hpp"

#include "audit/seal.hpp"

#include <algorithm>

namespace stoplog::audit {
namespace {

constexpr std::size_t chunk_bytes = 256 * 1024;

std::string records(std::uint64_t first, std::uint64_t last) {
  if (first == last) return "record " + std::to_string(first);
  return "records " + std::to_string(first) + " to " + std::to_string(last);
}

}  // namespace

std::string to_string(const trouble& t) {
  const std::string where =
      segment_name(t.segment) + " at byte " + std::to_string(t.offset) + " (" + std::to_string(t.bytes) + " bytes)";
  switch (t.what) {
    case trouble::kind::damaged: return records(t.first, t.last) + " damaged: " + where;
    case trouble::kind::missing: return records(t.first, t.last) + " missing before " + where;
    case trouble::kind::out_of_order:
      return records(t.first, t.first) + " stands where record " + std::to_string(t.last) + " belongs: " + where;
    case trouble::kind::unfinished: return records(t.first, t.last) + " not written to its end: " + where;
    case trouble::kind::unreadable:
      return (t.segment == 0 ? std::string("the folder") : segment_name(t.segment)) + " cannot be read";
    case trouble::kind::left_over: return "rest of a failed write, no record lost: " + where;
  }
  return "unknown trouble";
}

walk::walk(std::filesystem::path directory, position from) : directory_(std::move(directory)), at_(from) {}

auto walk::next(std::uint64_t last) -> step {
  while (!stuck_) {
    if (!file_.is_open()) {
      std::optional<trouble> problem;
      const bool entered = enter(problem);
      if (problem) return *problem;
      if (!entered) return stop();
    }
    std::string_view bytes;
    switch (fetch(bytes)) {
      case fetched::failed: return unreadable();
      case fetched::file_end:
        if (auto result = at_file_end(bytes)) return *result;
        break;
      case fetched::too_long:
      case fetched::whole_line:
        if (auto result = judge(bytes, last)) return *result;
        break;
    }
  }
  return end_of_log{};
}

// The list of segments is read before the bytes: a segment that has a follower
// in the list has got its last byte already.
bool walk::enter(std::optional<trouble>& problem) {
  auto listed = list_segments(directory_);
  if (!listed) {
    stuck_ = true;
    problem = tell(trouble::kind::unreadable, 0, at_.seq, at_.seq);
    problem->segment = 0;
    return false;
  }
  segments_ = std::move(*listed);
  const auto found = std::lower_bound(segments_.begin(), segments_.end(), at_.segment);
  if (found == segments_.end()) return false;
  if (at_ == position{}) at_ = {*found, 0, *found};
  if (*found != at_.segment) go_to(*found, problem);
  if (problem) return false;
  file_ = read_file(directory_ / segment_name(at_.segment));
  if (file_.is_open()) return true;
  problem = std::get<trouble>(unreadable());
  return false;
}

void walk::go_to(std::uint64_t segment, std::optional<trouble>& problem) {
  const std::uint64_t expected = at_.seq + damaged_;
  if (expected < segment) problem = tell(trouble::kind::missing, 0, expected, segment - 1);
  at_ = {segment, 0, segment};
  damaged_ = 0;
  file_ = {};
  buffer_.clear();
  used_ = 0;
}

// The segment after this one; 0 when this is the last.
std::uint64_t walk::following() const noexcept {
  const auto found = std::upper_bound(segments_.begin(), segments_.end(), at_.segment);
  return found == segments_.end() ? 0 : *found;
}

// The bytes up to the next newline, that included.
walk::fetched walk::fetch(std::string_view& bytes) {
  std::size_t searched = used_;
  while (true) {
    const std::size_t newline = buffer_.find('\n', searched);
    if (newline != std::string::npos) {
      bytes = std::string_view(buffer_).substr(used_, newline + 1 - used_);
      return fetched::whole_line;
    }
    bytes = std::string_view(buffer_).substr(used_);
    if (bytes.size() >= line_bytes_max) return fetched::too_long;
    buffer_.erase(0, used_);
    used_ = 0;
    searched = buffer_.size();
    if (file_.read(at_.offset + searched, chunk_bytes, buffer_) != 0) return fetched::failed;
    bytes = buffer_;
    if (buffer_.size() == searched) return fetched::file_end;
  }
}

auto walk::judge(std::string_view bytes, std::uint64_t last) -> std::optional<step> {
  const std::string_view whole = bytes.ends_with('\n') ? bytes.substr(0, bytes.size() - 1) : bytes;
  if (const auto seq = unseal(whole)) return judge_sound(*seq, whole, bytes.size(), last);
  // A lost newline, or damage before a record: what follows may be sound.
  if (const auto prefix = unseal_prefix(whole)) {
    return judge_sound(prefix->seq, whole.substr(0, prefix->bytes), prefix->bytes, last);
  }
  const std::size_t start = whole.find(line_start, 1);
  const std::size_t lost = start == std::string_view::npos ? bytes.size() : start;
  const std::uint64_t presumed = at_.seq + damaged_;
  const trouble found = tell(trouble::kind::damaged, lost, presumed, presumed);
  ++damaged_;
  consume(lost);
  return found;
}

auto walk::judge_sound(std::uint64_t seq, std::string_view bytes, std::size_t with_newline, std::uint64_t last)
    -> std::optional<step> {
  const std::uint64_t after = following();
  if (after != 0 && seq >= after) {
    const trouble found = tell(trouble::kind::left_over, with_newline, seq, seq);
    consume(with_newline);
    return found;
  }
  if (seq > last) return stop();
  if (seq < at_.seq) {
    const trouble found = tell(trouble::kind::out_of_order, with_newline, seq, at_.seq);
    consume(with_newline);
    return found;
  }
  const std::uint64_t accounted = at_.seq + damaged_;
  damaged_ = 0;
  if (seq > accounted) {
    at_.seq = seq;
    return tell(trouble::kind::missing, with_newline, accounted, seq - 1);
  }
  const line found{seq, at_.segment, at_.offset, bytes};
  at_.seq = seq + 1;
  consume(with_newline);
  return found;
}

auto walk::at_file_end(std::string_view rest) -> std::optional<step> {
  const std::uint64_t after = following();
  if (after == 0) return stop();
  std::optional<trouble> problem;
  if (!rest.empty()) {
    const std::uint64_t presumed = at_.seq + damaged_;
    const bool written_again = presumed >= after;
    problem = tell(written_again ? trouble::kind::left_over : trouble::kind::unfinished, rest.size(), presumed, presumed);
    if (!written_again) ++damaged_;
    consume(rest.size());
    return *problem;
  }
  go_to(after, problem);
  if (problem) return *problem;
  file_ = read_file(directory_ / segment_name(after));
  if (!file_.is_open()) return unreadable();
  return {};
}

// Files are closed and the buffer dropped between two sessions, so that bytes
// which the writer takes back after a failed write are not remembered here.
auto walk::stop() -> step {
  file_ = {};
  buffer_.clear();
  used_ = 0;
  return end_of_log{};
}

auto walk::unreadable() -> step {
  trouble found = tell(trouble::kind::unreadable, 0, at_.seq + damaged_, at_.seq + damaged_);
  const std::uint64_t after = following();
  stop();
  if (after == 0) {
    stuck_ = true;
  } else {
    found.last = after - 1;
    at_ = {after, 0, after};
    damaged_ = 0;
  }
  return found;
}

trouble walk::tell(trouble::kind what, std::size_t bytes, std::uint64_t first, std::uint64_t last) const {
  return {what, at_.segment, at_.offset, bytes, first, last};
}

void walk::consume(std::size_t bytes) noexcept {
  used_ += bytes;
  at_.offset += bytes;
}

}  // namespace stoplog::audit
