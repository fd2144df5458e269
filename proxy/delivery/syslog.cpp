// Syslog over TCP or TLS. libcurl connects, verifies and sends; nothing of HTTP
// is spoken.
#include "delivery/curl_handle.hpp"
#include "delivery/sinks.hpp"
#include "delivery/syslog_message.hpp"

#include <chrono>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace stoplog::delivery {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(15);
constexpr int look_every_ms = 50;

std::string host_name() {
  char name[256] = "";
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

class syslog final : public sink {
 public:
  explicit syslog(const config::syslog_sink& from)
      : url_((from.tls ? "https://" : "http://") + from.host + ':' + std::to_string(from.port)), ca_(from.ca) {
    origin_ = {from.facility, host_name(), std::to_string(::getpid())};
  }

  result<void> deliver(std::span<const outgoing> records) override {
    const auto late = clock::now() + patience;
    auto done = attempt(records, late);
    if (!done) curl_.reset();  // a stream that ends inside a frame is of no use
    return done;
  }

 private:
  result<void> attempt(std::span<const outgoing> records, clock::time_point late) {
    if (curl_ && gone()) curl_.reset();
    if (!curl_) {
      if (auto connected = connect(); !connected) return connected;
    }
    for (const outgoing& each : records) {
      if (auto sent = send(framed(syslog_message(origin_, each)), late); !sent) return sent;
    }
    return acknowledged(late);
  }

  result<void> connect() {
    curl_handle made = make_curl(url_, ca_, stopping());
    curl_easy_setopt(made.get(), CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(made.get(), CURLOPT_SSL_ENABLE_ALPN, 0L);
    curl_easy_setopt(made.get(), CURLOPT_TCP_KEEPALIVE, 1L);
    if (const CURLcode code = curl_easy_perform(made.get()); code != CURLE_OK) return curl_failed("connecting", code);
    curl_ = std::move(made);
    return {};
  }

  int handle() const {
    curl_socket_t opened = CURL_SOCKET_BAD;
    curl_easy_getinfo(curl_.get(), CURLINFO_ACTIVESOCKET, &opened);
    return opened;
  }

  // A receiver says nothing; what can be read is its end, or nonsense.
  bool gone() const {
    char bytes[512];
    std::size_t count = 0;
    return curl_easy_recv(curl_.get(), bytes, sizeof bytes, &count) != CURLE_AGAIN;
  }

  result<void> send(std::string_view bytes, clock::time_point late) {
    while (!bytes.empty()) {
      std::size_t count = 0;
      const CURLcode code = curl_easy_send(curl_.get(), bytes.data(), bytes.size(), &count);
      if (code == CURLE_OK) {
        bytes.remove_prefix(count);
      } else if (code != CURLE_AGAIN) {
        return curl_failed("sending", code);
      } else if (auto waited = wait(POLLOUT, late); !waited) {
        return waited;
      }
    }
    return {};
  }

  // Until the other machine has every byte.
  result<void> acknowledged(clock::time_point late) {
    for (int unsent = 1;;) {
      if (::ioctl(handle(), SIOCOUTQ, &unsent) != 0) return fail(errc::audit_unavailable, "the connection cannot be looked at");
      if (unsent == 0) break;
      if (auto waited = wait(0, late); !waited) return waited;
    }
    if (gone()) return fail(errc::audit_unavailable, "the receiver closed the connection");
    return {};
  }

  result<void> wait(short what, clock::time_point late) {
    pollfd ready{handle(), what, 0};
    ::poll(&ready, 1, look_every_ms);
    if (stopping()) return fail(errc::audit_unavailable, "stopped");
    if (clock::now() > late) return fail(errc::audit_unavailable, "the receiver does not take what is sent");
    if ((ready.revents & (POLLERR | POLLHUP)) != 0) return fail(errc::audit_unavailable, "the receiver closed the connection");
    return {};
  }

  const std::string url_;
  const std::filesystem::path ca_;
  syslog_origin origin_;
  curl_handle curl_;
};

}  // namespace

std::unique_ptr<sink> make_syslog(const config::syslog_sink& from) { return std::make_unique<syslog>(from); }

}  // namespace stoplog::delivery
