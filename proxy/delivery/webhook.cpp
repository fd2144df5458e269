// A webhook: what happened, without content, signed so that the receiver knows
// who sent it and when.
#include "delivery/brief.hpp"
#include "delivery/http_post.hpp"
#include "delivery/signature.hpp"
#include "delivery/sinks.hpp"

#include <chrono>

namespace stoplog::delivery {
namespace {

class webhook final : public sink {
 public:
  explicit webhook(const config::webhook_sink& from) : secret_(from.secret), post_(from.url, from.ca, stopping()) {}

  result<void> deliver(std::span<const outgoing> records) override {
    const std::string body = brief_list(records);
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(wall_now().time_since_epoch()).count();
    return accepted(post_.send(body, {"x-stoplog-signature: " + signature(secret_, now, body),
                                      "x-stoplog-delivery: " + std::to_string(records.front().seq) + '-' + std::to_string(records.back().seq)}));
  }

 private:
  const std::string secret_;
  http_post post_;
};

}  // namespace

std::unique_ptr<sink> make_webhook(const config::webhook_sink& from) { return std::make_unique<webhook>(from); }

}  // namespace stoplog::delivery
