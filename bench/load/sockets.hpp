// Plain sockets on loopback and one epoll, for the two programs here. They must
// cost little beside what they measure, so there is nothing else in them.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace stoplog::bench {

using nanoseconds = std::int64_t;

inline nanoseconds now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

[[noreturn]] inline void give_up(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

class unique_fd {
 public:
  unique_fd() = default;
  explicit unique_fd(int fd) : fd_(fd) {}
  unique_fd(unique_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~unique_fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

inline void no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

inline unique_fd listen_on(std::uint16_t port) {
  unique_fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) give_up("socket");
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in at = loopback(port);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) give_up("bind");
  if (::listen(fd.get(), 4096) != 0) give_up("listen");
  return fd;
}

// The connection is made while the caller goes on; EPOLLOUT tells when.
inline unique_fd connect_to(std::uint16_t port) {
  unique_fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) give_up("socket");
  no_delay(fd.get());
  const sockaddr_in at = loopback(port);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 && errno != EINPROGRESS) return {};
  return fd;
}

class poller {
 public:
  poller() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!fd_) give_up("epoll_create1");
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // the default lets every timer be 50 us late
  }
  void add(int fd, std::uint32_t events) { control(EPOLL_CTL_ADD, fd, events); }
  void change(int fd, std::uint32_t events) { control(EPOLL_CTL_MOD, fd, events); }

  // What is ready, at most until the time `until`.
  std::span<const epoll_event> wait(nanoseconds until) {
    const nanoseconds left = std::max<nanoseconds>(until - now_ns(), 0);
    const timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
    const int count = ::epoll_pwait2(fd_.get(), ready_.data(), static_cast<int>(ready_.size()), &timeout, nullptr);
    if (count < 0 && errno != EINTR) give_up("epoll_pwait2");
    return {ready_.data(), static_cast<std::size_t>(std::max(count, 0))};
  }

 private:
  void control(int what, int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    if (::epoll_ctl(fd_.get(), what, fd, &event) != 0) give_up("epoll_ctl");
  }

  unique_fd fd_;
  std::array<epoll_event, 512> ready_{};
};

// As many open files as the system lets us have.
inline void raise_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace stoplog::bench
