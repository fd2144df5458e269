// The least of HTTP/1.1 and server-sent events that tells where an answer ends
// and when its events come, at any cut. It trusts its peer: it is a yardstick.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace stoplog::bench {

class answer_reader {
 public:
  enum class state : std::uint8_t { head, size, data, data_end, trailer, whole, done, broken };

  void reset() { *this = answer_reader{}; }

  // Takes bytes; tells how many events ended in them.
  std::uint64_t feed(std::string_view bytes) {
    const std::uint64_t before = events_;
    while (!bytes.empty() && state_ != state::done && state_ != state::broken) bytes.remove_prefix(step(bytes));
    if (!bytes.empty()) state_ = state::broken;
    return events_ - before;
  }

  bool done() const { return state_ == state::done; }
  bool broken() const { return state_ == state::broken; }
  int status() const { return status_; }
  bool closes() const { return closes_; }

 private:
  std::size_t step(std::string_view bytes) {
    switch (state_) {
      case state::data:
      case state::whole: {
        const std::string_view part = bytes.substr(0, left_);
        if (state_ == state::data) count(part);
        left_ -= part.size();
        if (left_ == 0) state_ = state_ == state::data ? state::data_end : state::done;
        return part.size();
      }
      case state::head:
      case state::size:
      case state::data_end:
      case state::trailer: return line(bytes);
      case state::done:
      case state::broken: break;
    }
    return bytes.size();
  }

  std::size_t line(std::string_view bytes) {
    const std::size_t end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    if (end == std::string_view::npos) return bytes.size();
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    on_line();
    line_.clear();
    return end + 1;
  }

  void on_line() {
    if (state_ == state::data_end) {
      state_ = state::size;
    } else if (state_ == state::size) {
      left_ = std::strtoull(line_.c_str(), nullptr, 16);
      state_ = left_ == 0 ? state::trailer : state::data;
    } else if (state_ == state::trailer) {
      if (line_.empty()) state_ = state::done;
    } else if (!line_.empty()) {
      on_field();
    } else if (chunked_) {
      state_ = state::size;
    } else {
      state_ = left_ == 0 ? state::done : state::whole;
    }
  }

  void on_field() {
    if (status_ == 0) {
      status_ = line_.size() > 12 ? std::atoi(line_.c_str() + 9) : -1;
      return;
    }
    for (char& c : line_) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    if (line_.starts_with("content-length:")) left_ = std::strtoull(line_.c_str() + 15, nullptr, 10);
    if (line_ == "transfer-encoding: chunked") chunked_ = true;
    if (line_ == "connection: close") closes_ = true;
  }

  // An event ends with an empty line; comments are not used by anybody here.
  void count(std::string_view part) {
    for (std::size_t at = 0;;) {
      const std::size_t end = part.find('\n', at);
      if (end == std::string_view::npos) {
        if (at < part.size()) in_line_ = true;
        return;
      }
      if (end == at && !in_line_) ++events_;
      in_line_ = false;
      at = end + 1;
    }
  }

  state state_ = state::head;
  std::string line_;
  int status_ = 0;
  bool chunked_ = false;
  bool closes_ = false;
  bool in_line_ = false;
  std::uint64_t left_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace stoplog::bench
