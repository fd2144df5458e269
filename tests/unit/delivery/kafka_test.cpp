// The Kafka sink before librdkafka's own mock cluster: no broker is in Debian.
#include "delivery/sinks.hpp"

#include "audit/encode.hpp"
#include "unit/audit/scratch.hpp"

#include <gtest/gtest.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <thread>

namespace stoplog::delivery {
namespace {

std::vector<outgoing> records(int count, int from = 0) {
  std::vector<outgoing> all;
  for (int i = from; i < from + count; ++i) {
    audit::record r = audit::allowed(i);
    const auto seq = static_cast<std::uint64_t>(i) + 1;
    std::string line = audit::encode(r, seq);
    all.push_back({seq, std::move(r), std::move(line)});
  }
  return all;
}

class cluster {
 public:
  cluster() {
    rd_kafka_conf_t* settings = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(settings, nullptr);
    host_ = rd_kafka_new(RD_KAFKA_PRODUCER, settings, nullptr, 0);
    made_ = rd_kafka_mock_cluster_new(host_, 3);
    rd_kafka_mock_topic_create(made_, "audit", 1, 3);
  }
  ~cluster() {
    rd_kafka_mock_cluster_destroy(made_);
    rd_kafka_destroy(host_);
  }
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(made_); }
  rd_kafka_mock_cluster_t* get() { return made_; }

  // What a consumer reads from the beginning, until it has `count` messages.
  std::vector<std::string> consume(std::size_t count) const {
    rd_kafka_conf_t* settings = rd_kafka_conf_new();
    rd_kafka_conf_set(settings, "bootstrap.servers", brokers().c_str(), nullptr, 0);
    rd_kafka_conf_set(settings, "group.id", "test", nullptr, 0);
    rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, settings, nullptr, 0);
    rd_kafka_topic_partition_list_t* parts = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(parts, "audit", 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer, parts);
    std::vector<std::string> got;
    for (int i = 0; i < 600 && got.size() < count; ++i) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100);
      if (message == nullptr) continue;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) got.emplace_back(static_cast<const char*>(message->payload), message->len);
      rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_destroy(parts);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return got;
  }

 private:
  rd_kafka_t* host_ = nullptr;
  rd_kafka_mock_cluster_t* made_ = nullptr;
};

config::kafka_sink at(const cluster& where) {
  config::kafka_sink to;
  to.brokers = where.brokers();
  to.topic = "audit";
  return to;
}

TEST(delivery_kafka_mock, every_record_is_a_message_in_order) {
  const cluster where;
  const auto to = make_kafka(at(where));
  const auto all = records(200);
  ASSERT_TRUE(to->deliver(std::span(all).first(120)));
  ASSERT_TRUE(to->deliver(std::span(all).subspan(120)));
  const auto got = where.consume(200);
  ASSERT_EQ(got.size(), 200U);
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(got[i], all[i].line);
}

TEST(delivery_kafka_mock, brokers_that_are_down_cost_nothing_but_time) {
  cluster where;
  const auto to = make_kafka(at(where));
  ASSERT_TRUE(to->deliver(records(1)));
  for (int broker = 1; broker <= 3; ++broker) rd_kafka_mock_broker_set_down(where.get(), broker);
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    to->stop();
  });
  EXPECT_FALSE(to->deliver(records(5, 1)));
  stopper.join();
  for (int broker = 1; broker <= 3; ++broker) rd_kafka_mock_broker_set_up(where.get(), broker);
  const auto again = make_kafka(at(where));
  bool done = false;
  for (int i = 0; i < 5 && !done; ++i) done = again->deliver(records(5, 1)).has_value();
  EXPECT_TRUE(done);
  EXPECT_GE(where.consume(6).size(), 6U);
}

TEST(delivery_kafka_mock, a_topic_that_does_not_take_the_record_is_an_error) {
  cluster where;
  constexpr std::int16_t produce_request = 0;  // its number in Kafka's protocol
  rd_kafka_mock_push_request_errors(where.get(), produce_request, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  const auto to = make_kafka(at(where));
  const auto done = to->deliver(records(1));
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().detail.find("TOPIC_AUTHORIZATION_FAILED"), std::string::npos) << done.error().detail;
  bool again = false;
  std::string why;
  for (int i = 0; i < 5 && !again; ++i) {
    const auto more = to->deliver(records(1));
    again = more.has_value();
    if (!again) why = more.error().detail;
  }
  EXPECT_TRUE(again) << why;
}

TEST(delivery_kafka, settings_that_make_no_sense_are_an_error_without_their_values) {
  config::kafka_sink wrong;
  wrong.brokers = "127.0.0.1:1";
  wrong.topic = "audit";
  wrong.user = "u";
  wrong.password = "very-secret";
  wrong.mechanism = "NONSENSE";
  const auto done = make_kafka(wrong)->deliver(records(1));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().detail.find("very-secret"), std::string::npos);
}

}  // namespace
}  // namespace stoplog::delivery
