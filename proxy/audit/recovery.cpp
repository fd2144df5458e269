#include "audit/recovery.hpp"

#include "audit/seal.hpp"

namespace stoplog::audit {
namespace {

result<void> inspect_tail(const std::filesystem::path& file, recovery& found) {
  const read_file segment(file);
  std::string tail;
  const std::uint64_t size = segment.size();
  if (size <= found.bytes) return {};
  const std::uint64_t torn = size - found.bytes;
  if (torn <= line_bytes_max && segment.read(found.bytes, torn, tail) != 0) {
    return fail(errc::audit_unavailable, segment_name(found.segment) + " cannot be read");
  }
  if (unseal(tail) == found.next_seq) {
    found.lacks_newline = true;
    found.bytes = size;
    ++found.next_seq;
    found.notes.push_back("the last record of " + segment_name(found.segment) + " lacked its newline; it was added");
    return {};
  }
  found.notes.push_back("an unfinished record of " + std::to_string(torn) + " bytes at the end of " +
                        segment_name(found.segment) + " was cut off");
  return {};
}

}  // namespace

result<recovery> inspect(const std::filesystem::path& directory) {
  const auto segments = list_segments(directory);
  if (!segments) return segments.error();
  recovery found;
  if (segments->empty()) return found;
  found.segment = segments->back();

  walk through(directory, {found.segment, 0, found.segment});
  while (true) {
    const auto step = through.next();
    if (std::holds_alternative<end_of_log>(step)) break;
    const auto* problem = std::get_if<trouble>(&step);
    if (problem == nullptr) continue;
    if (problem->what == trouble::kind::unreadable) return fail(errc::audit_unavailable, to_string(*problem));
    found.notes.push_back(to_string(*problem));
  }
  found.bytes = through.here().offset;
  found.next_seq = through.here().seq;
  const auto tail = inspect_tail(directory / segment_name(found.segment), found);
  if (!tail) return tail.error();
  return found;
}

}  // namespace stoplog::audit
