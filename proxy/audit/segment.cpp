#include "audit/segment.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace stoplog::audit {
namespace {

constexpr std::string_view prefix = "log-";
constexpr std::string_view suffix = ".jsonl";
constexpr std::size_t digits = 20;

}  // namespace

std::string segment_name(std::uint64_t first) {
  char number[digits + 1];
  std::snprintf(number, sizeof number, "%020llu", static_cast<unsigned long long>(first));
  return std::string(prefix) + number + std::string(suffix);
}

std::optional<std::uint64_t> parse_segment_name(std::string_view name) noexcept {
  if (name.size() != prefix.size() + digits + suffix.size()) return {};
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return {};
  const char* first = name.data() + prefix.size();
  std::uint64_t value = 0;
  const auto [stopped, problem] = std::from_chars(first, first + digits, value);
  if (problem != std::errc{} || stopped != first + digits) return {};
  return value;
}

result<std::vector<std::uint64_t>> list_segments(const std::filesystem::path& directory) {
  std::vector<std::uint64_t> found;
  std::error_code failure;
  std::filesystem::directory_iterator entry(directory, failure);
  for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    if (const auto first = parse_segment_name(entry->path().filename().native())) found.push_back(*first);
  }
  if (failure) return fail(errc::audit_unavailable, "cannot list " + directory.string() + ": " + failure.message());
  std::sort(found.begin(), found.end());
  return found;
}

read_file::read_file(const std::filesystem::path& file) {
  do {
    handle_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  } while (handle_ < 0 && errno == EINTR);
}

read_file::~read_file() {
  if (handle_ >= 0) ::close(handle_);
}

read_file::read_file(read_file&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}

read_file& read_file::operator=(read_file&& other) noexcept {
  if (this != &other) {
    if (handle_ >= 0) ::close(handle_);
    handle_ = std::exchange(other.handle_, -1);
  }
  return *this;
}

int read_file::read(std::uint64_t offset, std::size_t bytes, std::string& to) const {
  const std::size_t before = to.size();
  to.resize(before + bytes);
  std::size_t done = 0;
  int failure = 0;
  while (done < bytes) {
    const ssize_t count =
        ::pread(handle_, to.data() + before + done, bytes - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) failure = errno;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  to.resize(before + done);
  return failure;
}

std::uint64_t read_file::size() const {
  struct stat about {};
  return ::fstat(handle_, &about) == 0 ? static_cast<std::uint64_t>(about.st_size) : 0;
}

}  // namespace stoplog::audit
