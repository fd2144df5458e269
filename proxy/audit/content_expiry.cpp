#include "audit/content_expiry.hpp"

#include "audit/content.hpp"
#include "audit/file_system.hpp"
#include "audit/group_writer.hpp"
#include "audit/timestamp.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

namespace stoplog::audit {
namespace {

struct due_frame {
  std::uint64_t segment;
  content_frame frame;
};

std::optional<wall_time> end_of(const content_head& head, std::chrono::milliseconds longest) {
  if (longest.count() == 0) return head.expires;
  const wall_time with_record = head.at + longest;
  return head.expires ? std::min(*head.expires, with_record) : with_record;
}

}  // namespace

bool is_held(const std::filesystem::path& directory) {
  std::error_code unknown;
  return std::filesystem::exists(directory / hold_name, unknown) || unknown;
}

result<std::size_t> content_expiry::sweep(const std::filesystem::path& directory, std::chrono::milliseconds longest, log& to, wall_time now) {
  if (is_held(directory)) return std::size_t{0};
  const auto segments = list_content(directory);
  if (!segments) return segments.error();
  std::vector<due_frame> due;
  for (const std::uint64_t segment : *segments) {
    std::error_code failure;
    const std::uint64_t bytes = std::filesystem::file_size(directory / content_name(segment), failure);
    if (failure) continue;
    seen_segment& known = seen_[segment];
    if (known.bytes == bytes && (!known.next || *known.next > now)) continue;
    const auto frames = list_frames(directory, segment);
    if (!frames) return frames.error();
    known = {bytes, {}, !frames->empty()};
    for (const content_frame& each : *frames) {
      if (each.erased) continue;
      const auto end = end_of(each.head, longest);
      if (end && *end <= now) {
        due.push_back({segment, each});
        continue;
      }
      known.empty = false;
      if (end && (!known.next || *end < *known.next)) known.next = end;
    }
  }
  if (!due.empty()) {
    const std::string note = std::to_string(due.size()) + (due.size() == 1 ? " captured text" : " captured texts") + " whose time was over at " + to_rfc3339(now);
    if (!to.append_and_wait(own_record("content_expired", note))) {
      seen_.clear();  // looked at again
      return fail(errc::audit_unavailable, "no content was erased: the log cannot be written");
    }
  }
  for (const due_frame& each : due) {
    if (auto erased = erase_frame(directory, each.segment, each.frame); !erased) {
      seen_.clear();
      return erased.error();
    }
  }
  // Never the last one: its number must not come again.
  posix_file_system files;
  for (auto at = seen_.begin(); at != seen_.end();) {
    const bool goes = at->second.empty && at->first != segments->back();
    if (goes) files.remove(directory / content_name(at->first));
    at = goes ? seen_.erase(at) : std::next(at);
  }
  return due.size();
}

}  // namespace stoplog::audit
