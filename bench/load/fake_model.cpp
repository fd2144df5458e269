// A model endpoint that costs next to nothing: everything it says is rendered
// before the first request. One thread.
//
//   fake_model --port 18081 [--deltas 100] [--pace-us 10000]
//
//   POST ...   "stream":true: head and opening event, then N deltas of about five
//              bytes, each a write of its own, delta i at i times the pace; else
//              one answer with a body of 1 KB. A model called fake-d200-p5000 asks
//              for 200 deltas, 5,000 us apart; p0: as fast as the socket takes them.
//   GET ...    200 {}
#include "bench/load/prose.hpp"
#include "bench/load/sockets.hpp"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace stoplog::bench;

constexpr std::size_t delta_bytes = 5;
constexpr std::size_t texts = 1 << 15;  // deltas before the text comes again
constexpr std::size_t answer_bytes = 1024;
constexpr int burst = 16;  // deltas of an unpaced stream before another one's turn

std::string chunk(const std::string& data) {
  char size[16];
  const auto end = std::to_chars(size, size + sizeof size, data.size(), 16).ptr;
  return std::string(size, end) + "\r\n" + data + "\r\n";
}

std::string event(std::string_view delta, std::string_view finish) {
  return R"(data: {"id":"chatcmpl-bench0001","object":"chat.completion.chunk","created":1767225600,"model":"fake",)"
         R"("choices":[{"index":0,"delta":)" + std::string(delta) + R"(,"logprobs":null,"finish_reason":)" + std::string(finish) + "}]}\n\n";
}

std::string reply(std::string_view body) {
  return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

// Everything that is ever said.
struct sayings {
  std::vector<std::string> deltas;
  std::vector<std::string> answers;
  std::string opening = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-store\r\n"
                        "transfer-encoding: chunked\r\n\r\n" + chunk(event(R"({"role":"assistant","content":""})", "null"));
  std::string ending = chunk(event("{}", R"("stop")")) + chunk("data: [DONE]\n\n") + "0\r\n\r\n";
  std::string empty = reply("{}");
  std::string refusal = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

  sayings() {
    const std::string text = prose(texts * delta_bytes, 1);
    for (std::size_t at = 0; at < text.size(); at += delta_bytes) {
      deltas.push_back(chunk(event(R"({"content":")" + text.substr(at, delta_bytes) + "\"}", "null")));
    }
    const std::string before = R"({"id":"chatcmpl-bench0001","object":"chat.completion","created":1767225600,"model":"fake",)"
                               R"("choices":[{"index":0,"message":{"role":"assistant","content":")";
    const std::string behind = R"(","refusal":null},"logprobs":null,"finish_reason":"stop"}],)"
                               R"("usage":{"prompt_tokens":200,"completion_tokens":160,"total_tokens":360}})";
    for (std::uint64_t seed = 2; seed < 66; ++seed) {
      answers.push_back(reply(before + prose(answer_bytes - before.size() - behind.size(), seed) + behind));
    }
  }
};

struct plan {
  std::uint64_t deltas = 100;
  nanoseconds pace = 10'000'000;
};

struct connection {
  unique_fd fd;
  std::uint64_t serial = 0;
  std::string in;
  std::string out;  // what the socket did not take
  bool streaming = false;
  plan asked;
  nanoseconds began = 0;
  std::uint64_t sent = 0;
  std::size_t text_at = 0;
};

struct due {
  nanoseconds at;
  int fd;
  std::uint64_t serial;
  bool operator>(const due& other) const { return at > other.at; }
};

// The number behind `mark`, or `otherwise`.
std::uint64_t number_behind(std::string_view text, std::string_view mark, std::uint64_t otherwise) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return otherwise;
  std::uint64_t number = otherwise;
  const char* from = text.data() + at + mark.size();
  while (from != text.data() + text.size() && *from == ' ') ++from;
  std::from_chars(from, text.data() + text.size(), number);
  return number;
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return small;
}

class server {
 public:
  server(std::uint16_t port, plan otherwise) : listener_(listen_on(port)), otherwise_(otherwise) {
    poll_.add(listener_.get(), EPOLLIN);
  }

  [[noreturn]] void run() {
    for (;;) {
      const nanoseconds next = due_.empty() ? now_ns() + 1'000'000'000 : due_.top().at;
      for (const epoll_event& ready : poll_.wait(next)) {
        if (ready.data.fd == listener_.get()) {
          accept_all();
        } else {
          on_ready(ready.data.fd, ready.events);
        }
      }
      send_due();
    }
  }

 private:
  void accept_all() {
    for (;;) {
      unique_fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!fd) return;
      no_delay(fd.get());
      const int number = fd.get();
      if (static_cast<std::size_t>(number) >= open_.size()) open_.resize(static_cast<std::size_t>(number) + 1);
      auto made = std::make_unique<connection>();
      made->fd = std::move(fd);
      made->serial = ++serial_;
      poll_.add(number, EPOLLIN);
      open_[static_cast<std::size_t>(number)] = std::move(made);
    }
  }

  std::unique_ptr<connection>& at(int fd) { return open_[static_cast<std::size_t>(fd)]; }

  void on_ready(int fd, std::uint32_t events) {
    if (!at(fd)) return;
    connection& one = *at(fd);
    if ((events & EPOLLOUT) != 0 && !flush(one)) return at(fd).reset();
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
    char bytes[16384];
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return at(fd).reset();
    if (got < 0) return;
    one.in.append(bytes, static_cast<std::size_t>(got));
    if (!one.streaming && !answer(one)) at(fd).reset();
  }

  // Answers the request at the front, if it is whole. False: the connection is over.
  bool answer(connection& one) {
    const std::size_t head_end = one.in.find("\r\n\r\n");
    if (head_end == std::string::npos) return true;
    const std::string head = in_small_letters(std::string_view(one.in).substr(0, head_end));
    if (head.find("\r\ntransfer-encoding:") != std::string::npos) return say(one, say_.refusal) && false;
    const std::size_t size = head_end + 4 + number_behind(head, "\r\ncontent-length:", 0);
    if (one.in.size() < size) return true;
    const std::string body = one.in.substr(head_end + 4, size - head_end - 4);
    one.in.erase(0, size);
    if (head.starts_with("get ")) return say(one, say_.empty);
    const bool streamed = body.find("\"stream\":true") != std::string::npos || body.find("\"stream\": true") != std::string::npos;
    if (!streamed) return say(one, say_.answers[++asked_ % say_.answers.size()]);
    return begin_stream(one, body);
  }

  bool begin_stream(connection& one, std::string_view body) {
    const std::size_t at = body.find("\"fake-d");
    const std::string_view name = at == std::string_view::npos ? std::string_view{} : body.substr(at, 48);
    one.asked.deltas = number_behind(name, "fake-d", otherwise_.deltas);
    one.asked.pace = static_cast<nanoseconds>(number_behind(name, "-p", static_cast<std::uint64_t>(otherwise_.pace / 1000))) * 1000;
    one.streaming = true;
    one.began = now_ns();
    one.sent = 0;
    one.text_at = (++asked_ * 7919) % say_.deltas.size();
    if (!say(one, say_.opening)) return false;
    due_.push({one.began, one.fd.get(), one.serial});
    return true;
  }

  void send_due() {
    for (nanoseconds now = now_ns(); !due_.empty() && due_.top().at <= now;) {
      const due next = due_.top();
      due_.pop();
      auto& one = at(next.fd);
      if (!one || one->serial != next.serial) continue;
      if (!send_deltas(*one, now)) one.reset();
    }
  }

  // The deltas of one stream that are due, each a write of its own.
  bool send_deltas(connection& one, nanoseconds now) {
    for (int turn = 0; turn < burst && one.sent < one.asked.deltas; ++turn) {
      if (!one.out.empty()) break;  // goes on when the socket has taken it
      if (one.began + static_cast<nanoseconds>(one.sent) * one.asked.pace > now) break;
      if (!say(one, say_.deltas[(one.text_at + one.sent) % say_.deltas.size()])) return false;
      ++one.sent;
    }
    const nanoseconds next = one.began + static_cast<nanoseconds>(one.sent) * one.asked.pace;
    if (one.sent == one.asked.deltas && next <= now) {
      one.streaming = false;
      return say(one, say_.ending) && (one.in.empty() || answer(one));
    }
    // Later than now, so that a stream without a pace lets others and the sockets have their turn.
    if (one.out.empty()) due_.push({std::max(next, now + 1), one.fd.get(), one.serial});
    return true;
  }

  bool say(connection& one, std::string_view bytes) {
    if (one.out.empty()) {
      const ssize_t sent = ::send(one.fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent == static_cast<ssize_t>(bytes.size())) return true;
      if (sent < 0 && errno != EAGAIN) return false;
      bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
      poll_.change(one.fd.get(), EPOLLIN | EPOLLOUT);
    }
    one.out += bytes;
    return true;
  }

  bool flush(connection& one) {
    const ssize_t sent = ::send(one.fd.get(), one.out.data(), one.out.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    one.out.erase(0, static_cast<std::size_t>(sent));
    if (!one.out.empty()) return true;
    poll_.change(one.fd.get(), EPOLLIN);
    if (one.streaming) due_.push({now_ns(), one.fd.get(), one.serial});
    return true;
  }

  poller poll_;
  unique_fd listener_;
  plan otherwise_;
  sayings say_;
  std::vector<std::unique_ptr<connection>> open_;  // by descriptor
  std::priority_queue<due, std::vector<due>, std::greater<>> due_;
  std::uint64_t serial_ = 0;
  std::uint64_t asked_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 18081;
  plan otherwise;
  for (int at = 1; at + 1 < argc; at += 2) {
    const std::string_view name = argv[at];
    const auto value = std::strtoull(argv[at + 1], nullptr, 10);
    if (name == "--port") port = static_cast<std::uint16_t>(value);
    if (name == "--deltas") otherwise.deltas = value;
    if (name == "--pace-us") otherwise.pace = static_cast<nanoseconds>(value) * 1000;
  }
  try {
    raise_file_limit();
    server(port, otherwise).run();
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "fake_model: %s\n", failed.what());
    return 1;
  }
}
