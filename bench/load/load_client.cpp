// An open-loop load client: requests start at times fixed beforehand, and every
// latency counts from that time, not from when there was room to send. A slow
// proxy can therefore not slow the questions down and look fast.
//
//   load_client --port P [--stream 1] [--connections C] [--seconds D] [--warm W]
//               [--deltas N --pace-us U | --rate R | --saturate 1] [--watch PID,PID] [--header LINE]...
//
//   streamed     C streams of N deltas, U apart, one after the other on each
//                connection; U of 0 with --saturate: as fast as it goes
//   not streamed R requests a second, or with --saturate C at a time
//
// Figures are of the time from W to D; the CPU time of the processes of --watch
// is taken at both ends of it, their resident memory before, and at D. Times are in
// microseconds. `late` is how far each delta came behind the moment at which
// it was due: the request's own time and its place times the pace. A delta has
// come when its text has, whatever events brought it.
#include "bench/load/answer_reader.hpp"
#include "bench/load/histogram.hpp"
#include "bench/load/prose.hpp"
#include "bench/load/sockets.hpp"
#include "bench/load/usage.hpp"

#include <cmath>
#include <cstdio>
#include <deque>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace stoplog::bench;

constexpr nanoseconds second = 1'000'000'000;
constexpr nanoseconds patience = 3 * second;  // for what is still open at the end
constexpr std::size_t prompt_bytes = 800;
constexpr std::uint64_t delta_bytes = 5;  // the fake model's

struct options {
  std::uint16_t port = 8080;
  bool stream = false;
  bool saturate = false;
  std::size_t connections = 50;
  std::uint64_t deltas = 100;
  nanoseconds pace = 10'000'000;
  double rate = 0;
  double seconds = 4;
  double warm = 1;
  std::string headers;  // each with its line's end
  std::vector<int> watched;
};

struct figures {
  histogram first_event, first_delta, gap, late, total;
  std::uint64_t deltas = 0, finished = 0, failed = 0, refused = 0, reconnects = 0, started = 0;
  int last_bad_status = 0;
};

struct connection {
  unique_fd fd;
  bool connected = false;
  bool used = false;  // has answered before: a close may then be the peer's good right
  nanoseconds scheduled = 0;
  nanoseconds last_delta = 0;
  bool begun = false;       // an event has come
  std::uint64_t deltas = 0;  // whose text has come
  std::size_t sent = 0;
  bool busy = false;
  answer_reader reader;
};

class client {
 public:
  explicit client(options chosen) : chosen_(std::move(chosen)), request_(make_request()) {}

  int run() {
    const usage idle = usage_of(chosen_.watched);
    began_ = now_ns() + 10'000'000;
    const nanoseconds warm = began_ + in_ns(chosen_.warm);
    const nanoseconds end = began_ + in_ns(chosen_.seconds);
    interval_ = interval();
    usage at_warm, at_end;
    for (nanoseconds now = now_ns();; now = now_ns()) {
      if (!measuring_ && !over_ && now >= warm) {
        measuring_ = true;
        from_ = now;
        at_warm = usage_of(chosen_.watched);
      }
      if (measuring_ && now >= end) {
        measuring_ = false;
        over_ = true;
        to_ = now;
        open_at_end_ = busy_;
        at_end = usage_of(chosen_.watched);
      }
      if (over_ && (busy_ == 0 || now > end + patience)) break;
      if (!over_) start_due(now);
      const nanoseconds next = over_ ? now + second / 100 : std::min(next_job(), measuring_ ? end : warm);
      for (const epoll_event& ready : poll_.wait(next)) on_ready(static_cast<std::size_t>(ready.data.fd), ready.events);
    }
    print(idle, at_warm, at_end);
    return 0;
  }

 private:
  static nanoseconds in_ns(double seconds) { return static_cast<nanoseconds>(seconds * 1e9); }

  std::string make_request() const {
    const std::string model = "fake-d" + std::to_string(chosen_.deltas) + "-p" + std::to_string(chosen_.pace / 1000);
    const std::string body = R"({"model":")" + model + R"(","stream":)" + (chosen_.stream ? "true" : "false") +
                             R"(,"messages":[{"role":"system","content":"Answer briefly."},{"role":"user","content":")" +
                             prose(prompt_bytes, 99) + R"("}],"temperature":0.2})";
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" + chosen_.headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  // Between the starts of two requests. Two paces are a stream's rest on its connection.
  nanoseconds interval() const {
    if (chosen_.saturate) return 0;
    if (chosen_.rate > 0) return in_ns(1 / chosen_.rate);
    return static_cast<nanoseconds>(chosen_.deltas + 2) * chosen_.pace / static_cast<nanoseconds>(chosen_.connections);
  }

  nanoseconds next_job() const {
    if (chosen_.saturate) return now_ns() + second / 100;
    return began_ + static_cast<nanoseconds>(figures_.started) * interval_;
  }

  void start_due(nanoseconds now) {
    if (now < began_) return;
    if (chosen_.saturate) {
      while (busy_ < chosen_.connections) start(now);
      return;
    }
    for (nanoseconds at = next_job(); at <= now; at = next_job()) start(at);
  }

  // On a free connection, or on a new one, or when one is free; due at `at` all the same.
  void start(nanoseconds at) {
    ++figures_.started;
    if (idle_.empty() && open_ >= chosen_.connections) {
      waiting_.push_back(at);
      return;
    }
    std::size_t number = 0;
    if (!idle_.empty()) {
      number = idle_.back();
      idle_.pop_back();
    } else {
      number = connect();
    }
    begin(number, at);
  }

  std::size_t connect() {
    unique_fd fd = connect_to(chosen_.port);
    if (!fd) give_up("connect");
    const auto number = static_cast<std::size_t>(fd.get());
    if (number >= all_.size()) all_.resize(number + 1);
    all_[number] = std::make_unique<connection>();
    all_[number]->fd = std::move(fd);
    poll_.add(static_cast<int>(number), EPOLLIN | EPOLLOUT);
    ++open_;
    return number;
  }

  void begin(std::size_t number, nanoseconds at) {
    connection& one = *all_[number];
    one.scheduled = at;
    one.busy = true;
    one.deltas = 0;
    one.begun = false;
    one.sent = 0;
    one.reader.reset();
    ++busy_;
    if (one.connected) send(one);
  }

  void send(connection& one) {
    const ssize_t sent = ::send(one.fd.get(), request_.data() + one.sent, request_.size() - one.sent, MSG_NOSIGNAL);
    if (sent > 0) one.sent += static_cast<std::size_t>(sent);
    if (one.sent < request_.size()) poll_.change(one.fd.get(), EPOLLIN | EPOLLOUT);
  }

  void on_ready(std::size_t number, std::uint32_t events) {
    if (!all_[number]) return;
    connection& one = *all_[number];
    if ((events & EPOLLOUT) != 0) {
      one.connected = true;
      poll_.change(one.fd.get(), EPOLLIN);
      if (one.busy && one.sent < request_.size()) send(one);
    }
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(number);
  }

  void read(std::size_t number) {
    connection& one = *all_[number];
    char bytes[65536];
    const ssize_t got = ::recv(one.fd.get(), bytes, sizeof bytes, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0 || !one.busy) return lose(number);
    const nanoseconds now = now_ns();
    one.reader.feed({bytes, static_cast<std::size_t>(got)});
    if (chosen_.stream && one.reader.status() == 200) on_stream(one, now);
    if (one.reader.broken()) return lose(number);
    if (one.reader.done()) finish(number, now);
  }

  bool counts(const connection& one) const { return one.scheduled >= from_ && from_ != 0 && (to_ == 0 || one.scheduled < to_); }

  void on_stream(connection& one, nanoseconds now) {
    if (!one.begun && one.reader.events() != 0) {
      one.begun = true;
      if (counts(one)) figures_.first_event.add(now - one.scheduled);
    }
    for (const std::uint64_t there = one.reader.text_bytes() / delta_bytes; one.deltas < there; ++one.deltas) {
      if (one.deltas == 0 && counts(one)) figures_.first_delta.add(now - one.scheduled);
      if (measuring_) {
        ++figures_.deltas;
        if (one.deltas != 0) figures_.gap.add(now - one.last_delta);
        figures_.late.add(now - one.scheduled - static_cast<nanoseconds>(one.deltas) * chosen_.pace);
      }
      one.last_delta = now;
    }
  }

  void finish(std::size_t number, nanoseconds now) {
    connection& one = *all_[number];
    const bool good = one.reader.status() == 200 && (!chosen_.stream || (one.reader.finished() && one.reader.text_bytes() == chosen_.deltas * delta_bytes));
    if (!good) {
      ++figures_.refused;
      figures_.last_bad_status = one.reader.status();
    } else if (counts(one)) {
      figures_.total.add(now - one.scheduled);
    }
    if (good && measuring_) ++figures_.finished;
    one.busy = false;
    one.used = true;
    --busy_;
    if (one.reader.closes()) {
      all_[number].reset();
      --open_;
    } else if (waiting_.empty()) {
      idle_.push_back(number);
    }
    if (!waiting_.empty() && !over_) {
      const nanoseconds at = waiting_.front();
      waiting_.pop_front();
      begin(all_[number] ? number : connect(), at);
    } else if (chosen_.saturate && !over_) {
      start(now);
    }
  }

  // The peer closed. A request that it had not begun to answer on a kept connection is asked again.
  void lose(std::size_t number) {
    const bool busy = all_[number]->busy;
    const bool again = busy && all_[number]->used && all_[number]->reader.status() == 0;
    const nanoseconds at = all_[number]->scheduled;
    std::erase(idle_, number);
    all_[number].reset();
    --open_;
    if (busy) --busy_;
    if (busy && !again) ++figures_.failed;
    if (again && !over_) {
      ++figures_.reconnects;
      begin(connect(), at);
    }
  }

  void print(const usage& idle, const usage& at_warm, const usage& at_end) const {
    const double seconds = static_cast<double>(to_ - from_) / 1e9;
    const double cpu = at_end.cpu_us - at_warm.cpu_us;
    const auto each = [&](std::uint64_t count) { return count == 0 ? 0.0 : cpu / static_cast<double>(count); };
    const auto number = [](auto value) { return static_cast<unsigned long long>(value); };
    std::printf("{\"seconds\":%.3f,\"deltas\":%llu,\"deltas_per_s\":%.0f,\"finished\":%llu,\"finished_per_s\":%.0f,", seconds,
                number(figures_.deltas), static_cast<double>(figures_.deltas) / seconds, number(figures_.finished),
                static_cast<double>(figures_.finished) / seconds);
    std::printf("\"failed\":%llu,\"refused\":%llu,\"last_bad_status\":%d,\"reconnects\":%llu,\"unfinished\":%llu,\"queued\":%llu,",
                number(figures_.failed), number(figures_.refused), figures_.last_bad_status, number(figures_.reconnects), number(busy_),
                number(waiting_.size()));
    std::printf("\"cpu_us\":%.0f,\"cpu_share\":%.4f,\"cpu_us_per_delta\":%.3f,\"cpu_us_per_request\":%.3f,", cpu, cpu / seconds / 1e6,
                each(figures_.deltas), each(figures_.finished));
    std::printf("\"open_at_end\":%llu,\"resident_kib_idle\":%llu,\"resident_kib_end\":%llu,", number(open_at_end_),
                number(idle.resident_kib), number(at_end.resident_kib));
    std::printf("\"first_event\":%s,\"first_delta\":%s,\"gap\":%s,\"late\":%s,\"total\":%s}\n", figures_.first_event.json().c_str(),
                figures_.first_delta.json().c_str(), figures_.gap.json().c_str(), figures_.late.json().c_str(),
                figures_.total.json().c_str());
  }

  options chosen_;
  std::string request_;
  poller poll_;
  std::vector<std::unique_ptr<connection>> all_;  // by descriptor
  std::vector<std::size_t> idle_;
  std::deque<nanoseconds> waiting_;  // times of requests for which there was no connection
  std::size_t open_ = 0, busy_ = 0, open_at_end_ = 0;
  nanoseconds began_ = 0, interval_ = 0, from_ = 0, to_ = 0;
  bool measuring_ = false, over_ = false;
  figures figures_;
};

options read_options(int argc, char** argv) {
  options chosen;
  for (int at = 1; at + 1 < argc; at += 2) {
    const std::string_view name = argv[at];
    const std::string value = argv[at + 1];
    const double number = std::strtod(value.c_str(), nullptr);
    if (name == "--port") chosen.port = static_cast<std::uint16_t>(number);
    else if (name == "--stream") chosen.stream = number != 0;
    else if (name == "--saturate") chosen.saturate = number != 0;
    else if (name == "--connections") chosen.connections = static_cast<std::size_t>(number);
    else if (name == "--deltas") chosen.deltas = static_cast<std::uint64_t>(number);
    else if (name == "--pace-us") chosen.pace = static_cast<nanoseconds>(number * 1e3);
    else if (name == "--rate") chosen.rate = number;
    else if (name == "--seconds") chosen.seconds = number;
    else if (name == "--warm") chosen.warm = number;
    else if (name == "--header") chosen.headers += value + "\r\n";
    else if (name == "--watch") {
      std::istringstream words(value);
      for (std::string word; std::getline(words, word, ',');) chosen.watched.push_back(std::atoi(word.c_str()));
    } else throw std::invalid_argument("unknown option " + std::string(name));
  }
  if (chosen.pace == 0 && chosen.rate == 0 && !chosen.saturate) throw std::invalid_argument("without a pace it is --rate or --saturate 1");
  return chosen;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    raise_file_limit();
    return client(read_options(argc, argv)).run();
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "load_client: %s\n", failed.what());
    return 1;
  }
}
