// A receiver on loopback: takes bytes, and answers HTTP when it is told to.
#pragma once

#include "unit/delivery/loopback.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace stoplog::delivery {

class receiver {
 public:
  enum class manner { silent, http_200, http_503, swallow, hang_up };

  explicit receiver(manner how) : how_(how) {
    listener_ = listen_on_loopback(port_);
    thread_ = std::thread([this] { run(); });
  }
  ~receiver() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
  }
  receiver(const receiver&) = delete;
  receiver& operator=(const receiver&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void behave(manner how) { how_ = how; }
  std::string bytes() const {
    const std::lock_guard held(mutex_);
    return bytes_;
  }
  std::size_t connections() const { return connections_; }

 private:
  // Of one connection at a time; silent ones are accepted by the kernel only.
  void run() {
    while (!stopping_) {
      if (how_ == manner::silent || !readable(listener_)) {
        if (how_ == manner::silent) ::usleep(10'000);
        continue;
      }
      const int peer = ::accept(listener_, nullptr, nullptr);
      ++connections_;
      serve(peer);
      ::close(peer);
    }
  }

  void serve(int peer) {
    std::string request;
    char chunk[65536];
    while (!stopping_ && how_ != manner::hang_up) {
      if (!readable(peer)) continue;
      const auto count = ::recv(peer, chunk, sizeof chunk, 0);
      if (count <= 0) return;
      request.append(chunk, static_cast<std::size_t>(count));
      {
        const std::lock_guard held(mutex_);
        bytes_.append(chunk, static_cast<std::size_t>(count));
      }
      if (how_ != manner::swallow && whole(request)) {
        const std::string status = how_ == manner::http_200 ? "200 OK" : "503 Busy";
        const std::string answer = "HTTP/1.1 " + status + "\r\ncontent-length: 2\r\n\r\n{}";
        EXPECT_EQ(::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL), static_cast<ssize_t>(answer.size()));
        request.clear();
      }
    }
  }

  static bool whole(const std::string& request) {
    const auto head = request.find("\r\n\r\n");
    const auto length = request.find("Content-Length: ");
    return head != std::string::npos && length < head && request.size() - head - 4 >= std::stoul(request.substr(length + 16));
  }

  static bool readable(int handle) {
    pollfd ready{handle, POLLIN, 0};
    return ::poll(&ready, 1, 20) > 0;
  }

  std::atomic<manner> how_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> connections_{0};
  mutable std::mutex mutex_;
  std::string bytes_;
  std::thread thread_;
};

}  // namespace stoplog::delivery
