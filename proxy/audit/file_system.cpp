#include "audit/file_system.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace stoplog::audit {
namespace {

int open_file(const std::filesystem::path& file, int flags, int& handle) {
  do {
    handle = ::open(file.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
  } while (handle < 0 && errno == EINTR);
  return handle < 0 ? errno : 0;
}

}  // namespace

int posix_file_system::make_directory(const std::filesystem::path& directory) {
  std::error_code failure;
  if (std::filesystem::is_directory(directory, failure)) return 0;
  if (directory.has_parent_path()) std::filesystem::create_directories(directory.parent_path(), failure);
  if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST) return errno;
  if (!std::filesystem::is_directory(directory, failure)) return ENOTDIR;
  return directory.has_parent_path() ? sync_directory(directory.parent_path()) : 0;
}

int posix_file_system::lock(const std::filesystem::path& file, int& handle) {
  if (const int failure = open_file(file, O_RDWR | O_CREAT, handle)) return failure;
  if (::flock(handle, LOCK_EX | LOCK_NB) == 0) return 0;
  const int failure = errno;
  ::close(handle);
  handle = -1;
  return failure;
}

int posix_file_system::create(const std::filesystem::path& file, int& handle) {
  return open_file(file, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, handle);
}

int posix_file_system::open_existing(const std::filesystem::path& file, int& handle) {
  return open_file(file, O_WRONLY | O_APPEND, handle);
}

int posix_file_system::write(int handle, std::string_view bytes, std::size_t& written) {
  written = 0;
  const ssize_t count = ::write(handle, bytes.data(), bytes.size());
  if (count < 0) return errno;
  written = static_cast<std::size_t>(count);
  return 0;
}

int posix_file_system::sync(int handle) { return ::fdatasync(handle) == 0 ? 0 : errno; }

int posix_file_system::truncate(int handle, std::uint64_t bytes) {
  return ::ftruncate(handle, static_cast<off_t>(bytes)) == 0 ? 0 : errno;
}

int posix_file_system::sync_directory(const std::filesystem::path& directory) {
  int handle = -1;
  if (const int failure = open_file(directory, O_RDONLY | O_DIRECTORY, handle)) return failure;
  const int failure = ::fsync(handle) == 0 ? 0 : errno;
  ::close(handle);
  return failure;
}

int posix_file_system::remove(const std::filesystem::path& file) { return ::unlink(file.c_str()) == 0 ? 0 : errno; }

void posix_file_system::close(int handle) { ::close(handle); }

}  // namespace stoplog::audit
