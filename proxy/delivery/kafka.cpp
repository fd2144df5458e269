// Kafka by librdkafka. A batch counts as delivered when every message of it was
// acknowledged; after a failure what is left is thrown away and the batch comes
// again, so librdkafka never holds more than one.
#include "delivery/sinks.hpp"

#include <chrono>
#include <iterator>
#include <librdkafka/rdkafka.h>

namespace stoplog::delivery {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(20);
constexpr int look_every_ms = 100;

struct destroy_producer {
  void operator()(rd_kafka_t* made) const { rd_kafka_destroy(made); }
};

class kafka final : public sink {
 public:
  explicit kafka(const config::kafka_sink& from) : from_(from) {}

  result<void> deliver(std::span<const outgoing> records) override {
    if (!producer_) {
      if (auto made = make(); !made) return made;
    }
    acknowledged_ = failed_ = 0;
    last_failure_ = RD_KAFKA_RESP_ERR_NO_ERROR;
    const auto late = clock::now() + patience;
    auto done = send(records, late);
    if (done) done = flush(late);
    if (done && acknowledged_ == records.size()) return done;
    // An idempotent producer that has lost messages does not go on: the next
    // attempt makes a new one.
    rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_poll(producer_.get(), 0);
    const auto why = last_failure_;
    producer_.reset();
    if (!done) return done;
    return fail(errc::audit_unavailable, std::string("not acknowledged: ") + rd_kafka_err2name(why));
  }

 private:
  result<void> make() {
    char why[512] = "";
    rd_kafka_conf_t* settings = rd_kafka_conf_new();
    const auto set = [&](const char* name, const std::string& value) {
      return value.empty() || rd_kafka_conf_set(settings, name, value.c_str(), why, sizeof why) == RD_KAFKA_CONF_OK;
    };
    const bool tls = from_.tls, sasl = !from_.user.empty();
    bool fine = set("bootstrap.servers", from_.brokers) && set("client.id", "stoplog") && set("acks", "all") &&
                set("enable.idempotence", "true") && set("linger.ms", "5") && set("message.timeout.ms", "15000") &&
                set("message.max.bytes", "8388608") &&
                set("security.protocol", sasl ? (tls ? "sasl_ssl" : "sasl_plaintext") : (tls ? "ssl" : "plaintext")) &&
                set("ssl.ca.location", from_.ca.string());
    if (sasl) fine = fine && set("sasl.mechanism", from_.mechanism) && set("sasl.username", from_.user) && set("sasl.password", from_.password);
    rd_kafka_conf_set_dr_msg_cb(settings, reported);
    rd_kafka_conf_set_log_cb(settings, nullptr);
    rd_kafka_conf_set_opaque(settings, this);
    rd_kafka_t* made = fine ? rd_kafka_new(RD_KAFKA_PRODUCER, settings, why, sizeof why) : nullptr;
    if (made == nullptr) {
      rd_kafka_conf_destroy(settings);
      return fail(errc::audit_unavailable, "librdkafka does not take the settings");  // `why` may hold a value of them
    }
    producer_.reset(made);
    return {};
  }

  static void reported(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& self = *static_cast<kafka*>(opaque);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      ++self.acknowledged_;
    } else {
      ++self.failed_;
      self.last_failure_ = message->err;
    }
  }

  rd_kafka_resp_err_t produce(const outgoing& from) {
    rd_kafka_vu_t parts[4]{};
    parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    parts[0].u.cstr = from_.topic.c_str();
    parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[1].u.i = RD_KAFKA_MSG_F_COPY;
    parts[2].vtype = RD_KAFKA_VTYPE_KEY;
    parts[2].u.mem.ptr = const_cast<char*>(from.value.id.data());  // they are copied
    parts[2].u.mem.size = from.value.id.size();
    parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[3].u.mem.ptr = const_cast<char*>(from.line.data());
    parts[3].u.mem.size = from.line.size();
    rd_kafka_error_t* failure = rd_kafka_produceva(producer_.get(), parts, std::size(parts));
    const auto code = failure == nullptr ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(failure);
    rd_kafka_error_destroy(failure);
    return code;
  }

  result<void> send(std::span<const outgoing> records, clock::time_point late) {
    for (const outgoing& each : records) {
      for (auto code = produce(each); code != RD_KAFKA_RESP_ERR_NO_ERROR; code = produce(each)) {
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) return fail(errc::audit_unavailable, std::string("sending failed: ") + rd_kafka_err2name(code));
        rd_kafka_poll(producer_.get(), look_every_ms);
        if (stopping() || clock::now() > late) return fail(errc::audit_unavailable, "the brokers do not take what is sent");
      }
    }
    return {};
  }

  result<void> flush(clock::time_point late) {
    while (rd_kafka_flush(producer_.get(), look_every_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (stopping()) return fail(errc::audit_unavailable, "stopped");
      if (clock::now() > late) return fail(errc::audit_unavailable, "the brokers do not answer");
    }
    return {};
  }

  const config::kafka_sink from_;
  std::unique_ptr<rd_kafka_t, destroy_producer> producer_;
  std::size_t acknowledged_ = 0, failed_ = 0;  // of the batch; this thread's, from poll and flush
  rd_kafka_resp_err_t last_failure_ = RD_KAFKA_RESP_ERR_NO_ERROR;
};

}  // namespace

std::unique_ptr<sink> make_kafka(const config::kafka_sink& from) { return std::make_unique<kafka>(from); }

}  // namespace stoplog::delivery
