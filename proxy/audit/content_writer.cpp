#include "audit/content_writer.hpp"

#include "audit/content.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace stoplog::audit {
namespace {

constexpr std::size_t gathered_bytes_max = 1024 * 1024;

}  // namespace

content_writer::content_writer(file_system& files, std::filesystem::path directory, std::uint64_t segment_bytes)
    : files_(files), directory_(std::move(directory)), segment_bytes_(segment_bytes) {}

content_writer::~content_writer() { close(); }

result<content_place> content_writer::add(std::string_view frame) {
  const std::uint64_t at = written_ + gathered_.size();
  if (handle_ < 0 || (at != 0 && at + frame.size() > segment_bytes_)) {
    if (handle_ >= 0) {
      if (auto synced = sync(); !synced) return synced.error();
    }
    if (auto begun = begin(); !begun) return begun.error();
  }
  const content_place place{segment_, written_ + gathered_.size()};
  gathered_ += frame;
  if (gathered_.size() >= gathered_bytes_max) {
    if (auto done = write(); !done) return done.error();
  }
  return place;
}

result<void> content_writer::sync() {
  if (handle_ < 0) return {};
  if (auto done = write(); !done) return done;
  if (durable_ == written_) return {};
  if (const int code = files_.sync(handle_)) return give_up("sync of", code);
  durable_ = written_;
  return {};
}

result<void> content_writer::begin() {
  close();
  if (segment_ == 0) {
    const auto there = list_content(directory_);
    if (!there) return there.error();
    segment_ = there->empty() ? 0 : there->back();
  }
  ++segment_;
  written_ = durable_ = 0;
  gathered_.clear();
  if (const int code = files_.create(directory_ / content_name(segment_), handle_)) {
    handle_ = -1;
    return give_up("create", code);
  }
  if (const int code = files_.sync_directory(directory_)) return give_up("sync of the folder for", code);
  return {};
}

result<void> content_writer::write() {
  std::string_view bytes = gathered_;
  while (!bytes.empty()) {
    std::size_t count = 0;
    const int code = files_.write(handle_, bytes, count);
    if (code == EINTR) continue;
    if (code != 0 || count == 0) return give_up("write to", code != 0 ? code : EIO);
    bytes.remove_prefix(count);
    written_ += count;
  }
  gathered_.clear();
  return {};
}

// What may not be on the disk is cut off, as far as that works; readers go by
// the places that records name.
error content_writer::give_up(const char* step, int code) {
  const std::string name = content_name(segment_);
  if (handle_ >= 0) {
    files_.truncate(handle_, durable_);
    close();
    if (durable_ == 0) files_.remove(directory_ / name);
  }
  gathered_.clear();
  return fail(errc::audit_unavailable, std::string(step) + ' ' + name + " failed: " + std::generic_category().message(code));
}

void content_writer::close() noexcept {
  if (handle_ >= 0) files_.close(handle_);
  handle_ = -1;
}

}  // namespace stoplog::audit
