// Segments by name: log-<20 digits>.jsonl, the digits being the sequence number
// of the first record. Sorting by name is sorting by time.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::audit {

// A line longer than this is damage. The encoder stays far below.
inline constexpr std::size_t line_bytes_max = 16 * 1024 * 1024;

std::string segment_name(std::uint64_t first);
std::optional<std::uint64_t> parse_segment_name(std::string_view name) noexcept;

// The first sequence numbers of the segments in a folder, ascending. Other
// files are not looked at. Errors: audit_unavailable.
result<std::vector<std::uint64_t>> list_segments(const std::filesystem::path& directory);

// A file open for reading; closes itself.
class read_file {
 public:
  read_file() = default;
  explicit read_file(const std::filesystem::path& file);
  ~read_file();
  read_file(read_file&& other) noexcept;
  read_file& operator=(read_file&& other) noexcept;

  bool is_open() const noexcept { return handle_ >= 0; }
  // Appends up to `bytes` from `offset`; fewer only at the end. 0 or an errno.
  int read(std::uint64_t offset, std::size_t bytes, std::string& to) const;
  std::uint64_t size() const;  // now; 0 when it cannot be told

 private:
  int handle_ = -1;
};

}  // namespace stoplog::audit
