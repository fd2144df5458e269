// Writes sealed frames for the log's thread. A segment is begun with the first
// frame after a start or a failure, so no torn frame is ever written behind.
#pragma once

#include "audit/file_system.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace stoplog::audit {

struct content_place {
  std::uint64_t segment = 0;  // from 1; 0: nowhere
  std::uint64_t offset = 0;
  friend bool operator==(const content_place&, const content_place&) = default;
};

class content_writer {
 public:
  content_writer(file_system& files, std::filesystem::path directory, std::uint64_t segment_bytes);
  ~content_writer();
  content_writer(const content_writer&) = delete;
  content_writer& operator=(const content_writer&) = delete;

  // Where the frame will stand once sync() has succeeded. All errors here and
  // below: audit_unavailable; then everything since the last sync() is lost.
  result<content_place> add(std::string_view frame);
  result<void> sync();

 private:
  result<void> begin();
  result<void> write();
  error give_up(const char* step, int code);
  void close() noexcept;

  file_system& files_;
  const std::filesystem::path directory_;
  const std::uint64_t segment_bytes_;
  int handle_ = -1;
  std::uint64_t segment_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t durable_ = 0;
  std::string gathered_;  // not written yet
};

}  // namespace stoplog::audit
