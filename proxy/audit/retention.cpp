#include "audit/retention.hpp"

#include "audit/encode.hpp"
#include "audit/file_system.hpp"
#include "audit/group_writer.hpp"
#include "audit/walk.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

namespace stoplog::audit {
namespace {

// When the segment's first record was written; nothing where that cannot be told.
std::optional<wall_time> begun_at(const std::filesystem::path& directory, std::uint64_t segment) {
  walk from(directory, {segment, 0, segment});
  const auto step = from.next();
  const auto* first = std::get_if<line>(&step);
  decoder decode;
  if (first == nullptr) return {};
  const auto stored = decode.decode(first->bytes);
  if (!stored) return {};
  return stored->value.at;
}

std::uint64_t bytes_of(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(file, ignored);
  return ignored ? 0 : size;
}

}  // namespace

result<std::vector<std::uint64_t>> retirable(const std::filesystem::path& directory, const retention_options& options,
                                             wall_time now) {
  if (is_held(directory)) return std::vector<std::uint64_t>{};
  const auto segments = list_segments(directory);
  if (!segments) return segments.error();
  std::uint64_t bytes = 0;
  for (const std::uint64_t each : *segments) bytes += bytes_of(directory / segment_name(each));
  std::vector<std::uint64_t> may_go;
  for (std::size_t i = 0; i + 1 < segments->size(); ++i) {
    bool goes = options.keep_bytes != 0 && bytes > options.keep_bytes;
    if (!goes && options.keep_for.count() != 0) {
      const auto next = begun_at(directory, (*segments)[i + 1]);
      goes = next && *next + options.keep_for < now;
    }
    if (!goes) break;
    bytes -= bytes_of(directory / segment_name((*segments)[i]));
    may_go.push_back((*segments)[i]);
  }
  return may_go;
}

result<std::size_t> retire(const std::filesystem::path& directory, const retention_options& options, log& to, wall_time now) {
  if (options.keep_for.count() == 0 && options.keep_bytes == 0) return std::size_t{0};
  const auto may_go = retirable(directory, options, now);
  if (!may_go || may_go->empty()) return may_go ? result<std::size_t>(0) : may_go.error();
  const auto segments = list_segments(directory);
  if (!segments) return segments.error();
  const std::uint64_t last = *std::upper_bound(segments->begin(), segments->end(), may_go->back()) - 1;
  // `audit verify` reads the number at the note's beginning.
  std::string note = std::to_string(last) + " is the last record that was retired; segments";
  for (const std::uint64_t each : *may_go) note += ' ' + segment_name(each);
  if (!to.append_and_wait(own_record("log_retired", std::move(note)))) {
    return fail(errc::audit_unavailable, "nothing was retired: the log cannot be written");
  }
  posix_file_system files;
  for (const std::uint64_t each : *may_go) {
    if (const int code = files.remove(directory / segment_name(each)); code != 0) {
      return fail(errc::audit_unavailable, "removing " + segment_name(each) + " failed: " + std::generic_category().message(code));
    }
  }
  files.sync_directory(directory);
  return may_go->size();
}

retention::retention(std::filesystem::path directory, retention_options options, log& to)
    : directory_(std::move(directory)), options_(options), log_(to), thread_([this] { run(); }) {}

retention::~retention() {
  {
    const std::lock_guard held(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

std::string retention::failure() const {
  const std::lock_guard held(mutex_);
  return failure_;
}

void retention::run() {
  std::unique_lock held(mutex_);
  while (!stopping_) {
    held.unlock();
    const wall_time now = wall_now();
    const auto gone = retire(directory_, options_, log_, now);
    const auto expired = content_.sweep(directory_, options_.keep_for, log_, now);
    held.lock();
    failure_ = !gone ? gone.error().detail : !expired ? expired.error().detail : std::string{};
    wake_.wait_for(held, options_.look_every, [&] { return stopping_; });
  }
}

}  // namespace stoplog::audit
