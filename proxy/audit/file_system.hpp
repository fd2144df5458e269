// What the log asks of the operating system when it writes: the seam at which
// tests let every step fail in turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace stoplog::audit {

// Every function returns 0 or an errno value. A file that is handed out is
// closed with close(), whatever happened to it.
class file_system {
 public:
  virtual ~file_system() = default;

  virtual int make_directory(const std::filesystem::path& directory) = 0;       // with its parents; 0700
  virtual int lock(const std::filesystem::path& file, int& handle) = 0;         // exclusive; EWOULDBLOCK: somebody has it
  virtual int create(const std::filesystem::path& file, int& handle) = 0;       // must not exist; 0600; appends
  virtual int open_existing(const std::filesystem::path& file, int& handle) = 0;  // appends
  virtual int write(int handle, std::string_view bytes, std::size_t& written) = 0;  // may write less
  virtual int sync(int handle) = 0;                                             // data and length
  virtual int truncate(int handle, std::uint64_t bytes) = 0;
  virtual int sync_directory(const std::filesystem::path& directory) = 0;
  virtual int remove(const std::filesystem::path& file) = 0;
  virtual void close(int handle) = 0;
};

class posix_file_system final : public file_system {
 public:
  int make_directory(const std::filesystem::path& directory) override;
  int lock(const std::filesystem::path& file, int& handle) override;
  int create(const std::filesystem::path& file, int& handle) override;
  int open_existing(const std::filesystem::path& file, int& handle) override;
  int write(int handle, std::string_view bytes, std::size_t& written) override;
  int sync(int handle) override;
  int truncate(int handle, std::uint64_t bytes) override;
  int sync_directory(const std::filesystem::path& directory) override;
  int remove(const std::filesystem::path& file) override;
  void close(int handle) override;
};

}  // namespace stoplog::audit
