// The one segment that is being written. A step that fails ends the segment:
// after a failed sync the page cache says nothing about the disk, so what was
// not yet durable is cut off and written again, to a new file.
#pragma once

#include "audit/file_system.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace stoplog::audit {

class segment_writer {
 public:
  segment_writer(file_system& files, std::filesystem::path directory);
  ~segment_writer();
  segment_writer(const segment_writer&) = delete;
  segment_writer& operator=(const segment_writer&) = delete;

  // Continues the segment `first`, of which `bytes` are sound; the rest is cut
  // off. All errors here and below: audit_unavailable, with the step that failed.
  result<void> resume(std::uint64_t first, std::uint64_t bytes);

  // Ends the present segment, if any, and begins a new one. The name is durable
  // before the first record is.
  result<void> begin(std::uint64_t first);

  // Writes whole lines and makes them durable. On failure the segment is ended.
  result<void> append(std::string_view lines);

  bool is_open() const noexcept { return handle_ >= 0; }
  std::uint64_t first() const noexcept { return first_; }
  std::uint64_t bytes() const noexcept { return durable_; }

 private:
  error give_up(const char* step, int code);
  int write_all(std::string_view bytes);
  void close() noexcept;

  file_system& files_;
  std::filesystem::path directory_;
  int handle_ = -1;
  std::uint64_t first_ = 0;
  std::uint64_t durable_ = 0;
};

}  // namespace stoplog::audit
