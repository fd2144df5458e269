// JSON lines to standard output, a file, or any descriptor.
#include "delivery/sinks.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace stoplog::delivery {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(15);
constexpr int look_every_ms = 200;

error cannot(const char* step, int code) {
  return fail(errc::audit_unavailable, std::string(step) + " failed: " + std::generic_category().message(code));
}

// Writes without ever waiting inside write(): a pipe that poll() calls writable
// takes PIPE_BUF bytes at once (POSIX), and no piece is longer.
class line_writer {
 public:
  explicit line_writer(const std::atomic<bool>& stopping) : stopping_(stopping) {}

  // All of the lines, after the rest of what an earlier call left unfinished.
  result<void> write(int handle, std::span<const outgoing> records) {
    const auto late = clock::now() + patience;
    if (auto rest = write_rest(handle, late); !rest) return rest;
    for (const outgoing& each : records) {
      rest_ = each.line + '\n';
      written_ = 0;
      if (auto done = write_rest(handle, late); !done) {
        if (written_ == 0) rest_.clear();  // not begun: it comes again with its batch
        return done;
      }
    }
    return {};
  }

  void forget() { rest_.clear(); }

 private:
  result<void> write_rest(int handle, clock::time_point late) {
    while (!rest_.empty()) {
      pollfd ready{handle, POLLOUT, 0};
      const int told = ::poll(&ready, 1, look_every_ms);
      if (told < 0 && errno != EINTR) return cannot("waiting", errno);
      if (told <= 0) {
        if (stopping_ || clock::now() > late) return fail(errc::audit_unavailable, "nobody reads the other end");
        continue;
      }
      const auto count = ::write(handle, rest_.data() + written_, std::min<std::size_t>(rest_.size() - written_, PIPE_BUF));
      if (count < 0 && errno != EINTR && errno != EAGAIN) return cannot("writing", errno);
      if (count > 0) written_ += static_cast<std::size_t>(count);
      if (written_ == rest_.size()) rest_.clear();
    }
    return {};
  }

  const std::atomic<bool>& stopping_;
  std::string rest_;          // of a line that was begun
  std::size_t written_ = 0;
};

class descriptor_lines final : public sink {
 public:
  explicit descriptor_lines(int handle) : handle_(handle) {}
  result<void> deliver(std::span<const outgoing> records) override { return writer_.write(handle_, records); }

 private:
  const int handle_;
  line_writer writer_{stopping()};
};

class file_lines final : public sink {
 public:
  explicit file_lines(std::filesystem::path file) : file_(std::move(file)) {}
  ~file_lines() override { close(); }

  result<void> deliver(std::span<const outgoing> records) override {
    if (auto opened = open(); !opened) return opened;
    auto done = writer_.write(handle_, records);
    if (done && ::fdatasync(handle_) != 0) done = cannot("syncing", errno);
    return done;
  }

 private:
  // Whoever rotates files moves this one away; the next batch begins a new one.
  result<void> open() {
    struct stat here {}, there {};
    const bool same = handle_ >= 0 && ::fstat(handle_, &here) == 0 && ::stat(file_.c_str(), &there) == 0 &&
                      here.st_ino == there.st_ino && here.st_dev == there.st_dev;
    if (same) return {};
    close();
    handle_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (handle_ < 0) return cannot("opening the file", errno);
    return end_line();
  }

  // A line that a crash left torn ends here, so that the next one is whole.
  result<void> end_line() {
    struct stat about {};
    char last = '\n';
    if (::fstat(handle_, &about) != 0) return cannot("looking at the file", errno);
    if (S_ISREG(about.st_mode) && about.st_size > 0 && ::pread(handle_, &last, 1, about.st_size - 1) == 1 && last != '\n' &&
        ::write(handle_, "\n", 1) != 1) {
      return cannot("writing", errno);
    }
    return {};
  }

  void close() {
    if (handle_ >= 0) ::close(handle_);
    handle_ = -1;
    writer_.forget();
  }

  const std::filesystem::path file_;
  int handle_ = -1;
  line_writer writer_{stopping()};
};

}  // namespace

std::unique_ptr<sink> make_descriptor(int handle) { return std::make_unique<descriptor_lines>(handle); }
std::unique_ptr<sink> make_stdout() { return make_descriptor(STDOUT_FILENO); }
std::unique_ptr<sink> make_file(const config::file_sink& from) { return std::make_unique<file_lines>(from.path); }

}  // namespace stoplog::delivery
