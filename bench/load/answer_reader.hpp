// The least of HTTP/1.1 and server-sent events that tells where an answer ends
// and when its text comes, at any cut. It trusts its peer: it is a yardstick.
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

  void feed(std::string_view bytes) {
    while (!bytes.empty() && state_ != state::done && state_ != state::broken) bytes.remove_prefix(step(bytes));
    if (!bytes.empty()) state_ = state::broken;
  }

  bool done() const { return state_ == state::done; }
  bool broken() const { return state_ == state::broken; }
  int status() const { return status_; }
  std::uint64_t events() const { return events_; }
  std::uint64_t text_bytes() const { return text_bytes_; }  // of all deltas
  bool finished() const { return finished_; }               // [DONE] came
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

  // A proxy may cut and join deltas; the text is what counts.
  void count(std::string_view part) {
    for (std::size_t at = 0; at < part.size();) {
      const std::size_t end = part.find('\n', at);
      if (end == std::string_view::npos) {
        event_ += part.substr(at);
        return;
      }
      if (event_.empty()) {
        on_event_line(part.substr(at, end - at));
      } else {
        event_ += part.substr(at, end - at);
        on_event_line(event_);
        event_.clear();
      }
      at = end + 1;
    }
  }

  // The fake model's text has nothing that JSON escapes.
  void on_event_line(std::string_view line) {
    constexpr std::string_view mark = "\"content\":\"";
    if (!line.starts_with("data:")) return;
    ++events_;
    if (line == "data: [DONE]") finished_ = true;
    const std::size_t at = line.find(mark);
    if (at != std::string_view::npos) text_bytes_ += line.find('"', at + mark.size()) - at - mark.size();
  }

  state state_ = state::head;
  std::string line_;
  int status_ = 0;
  bool chunked_ = false;
  bool closes_ = false;
  bool finished_ = false;
  std::string event_;  // a line of the stream that is not yet whole
  std::uint64_t left_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t text_bytes_ = 0;
};

}  // namespace stoplog::bench
