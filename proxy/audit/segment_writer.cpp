#include "audit/segment_writer.hpp"

#include "audit/segment.hpp"

#include <cerrno>
#include <system_error>

namespace stoplog::audit {

segment_writer::segment_writer(file_system& files, std::filesystem::path directory)
    : files_(files), directory_(std::move(directory)) {}

segment_writer::~segment_writer() { close(); }

result<void> segment_writer::resume(std::uint64_t first, std::uint64_t bytes) {
  close();
  first_ = first;
  durable_ = bytes;
  if (const int code = files_.open_existing(directory_ / segment_name(first), handle_)) {
    handle_ = -1;
    return give_up("open", code);
  }
  // Also brings to the disk what a process that crashed had only written.
  int code = files_.truncate(handle_, bytes);
  if (code == 0) code = files_.sync(handle_);
  if (code == 0) code = files_.sync_directory(directory_);
  if (code == 0) return {};
  close();
  return give_up("repair", code);
}

result<void> segment_writer::begin(std::uint64_t first) {
  close();
  const auto file = directory_ / segment_name(first);
  int code = files_.create(file, handle_);
  if (code == EEXIST && files_.remove(file) == 0) code = files_.create(file, handle_);
  if (code != 0) handle_ = -1;
  first_ = first;
  durable_ = 0;
  if (code != 0) return give_up("create", code);
  code = files_.sync_directory(directory_);
  if (code != 0) return give_up("sync of the folder for", code);
  return {};
}

result<void> segment_writer::append(std::string_view lines) {
  expects(is_open(), "a segment is open before it is written");
  if (const int code = write_all(lines)) return give_up("write to", code);
  if (const int code = files_.sync(handle_)) return give_up("sync of", code);
  durable_ += lines.size();
  return {};
}

// An empty file is removed, so that the next attempt can have its name. That
// and the cut are best effort: readers know that a segment's records end where
// the next segment's begin.
error segment_writer::give_up(const char* step, int code) {
  const std::string name = segment_name(first_);
  if (handle_ >= 0) {
    files_.truncate(handle_, durable_);
    close();
    if (durable_ == 0) files_.remove(directory_ / name);
  }
  return fail(errc::audit_unavailable,
              std::string(step) + " " + name + " failed: " + std::generic_category().message(code));
}

int segment_writer::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t written = 0;
    const int code = files_.write(handle_, bytes, written);
    if (code == EINTR) continue;
    if (code != 0) return code;
    if (written == 0) return EIO;  // neither progress nor a reason
    bytes.remove_prefix(written);
  }
  return 0;
}

void segment_writer::close() noexcept {
  if (handle_ >= 0) files_.close(handle_);
  handle_ = -1;
}

}  // namespace stoplog::audit
