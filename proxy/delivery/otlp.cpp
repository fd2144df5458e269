// OTLP/HTTP with JSON, to <url>/v1/logs.
#include "delivery/http_post.hpp"
#include "delivery/otlp_body.hpp"
#include "delivery/sinks.hpp"

namespace stoplog::delivery {
namespace {

class otlp final : public sink {
 public:
  explicit otlp(const config::otlp_sink& from) : post_(from.url + "/v1/logs", from.ca, stopping()) {
    if (!from.bearer.empty()) headers_.push_back("authorization: Bearer " + from.bearer);
  }

  // Records that a collector rejects while it takes others must not be sent
  // again, says OTLP. They are counted, and delivery goes on; the log has them.
  result<void> deliver(std::span<const outgoing> records) override {
    const auto answer = post_.send(otlp_body(records, wall_now()), headers_);
    auto done = accepted(answer);
    if (done) add_rejected(otlp_rejected(answer->body));
    return done;
  }

 private:
  std::vector<std::string> headers_;
  http_post post_;
};

}  // namespace

std::unique_ptr<sink> make_otlp(const config::otlp_sink& from) { return std::make_unique<otlp>(from); }

}  // namespace stoplog::delivery
