#include "metrics/registry.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>
#include <thread>

namespace stoplog::metrics {
namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

TEST(metrics_text, shows_each_type_with_help_and_type_before_its_samples) {
  registry made;
  made.make_counter("requests_total", "Requests.", {{"route", "a"}}).add(3);
  made.make_counter("requests_total", "Requests.", {{"route", "b"}}).add();
  made.make_gauge("open_streams", "Open now.").set(-2);
  made.make_callback("lag_records", "Behind.", [] { return 1.5; });
  EXPECT_EQ(made.to_text(),
            "# HELP lag_records Behind.\n# TYPE lag_records gauge\nlag_records 1.5\n"
            "# HELP open_streams Open now.\n# TYPE open_streams gauge\nopen_streams -2\n"
            "# HELP requests_total Requests.\n# TYPE requests_total counter\n"
            "requests_total{route=\"a\"} 3\nrequests_total{route=\"b\"} 1\n");
}

TEST(metrics_text, histogram_buckets_are_cumulative_and_end_in_infinity) {
  registry made;
  auto& h = made.make_histogram("wait_seconds", "Waiting.", {0.001, 0.5, 2}, {{"stage", "x"}});
  for (const double seconds : {0.001, 0.0010001, 0.25, 3.0}) h.observe(seconds);
  EXPECT_EQ(lines(made.to_text()),
            (std::vector<std::string>{"# HELP wait_seconds Waiting.", "# TYPE wait_seconds histogram",
                                      "wait_seconds_bucket{stage=\"x\",le=\"0.001\"} 1",
                                      "wait_seconds_bucket{stage=\"x\",le=\"0.5\"} 3",
                                      "wait_seconds_bucket{stage=\"x\",le=\"2\"} 3",
                                      "wait_seconds_bucket{stage=\"x\",le=\"+Inf\"} 4",
                                      "wait_seconds_sum{stage=\"x\"} 3.2520001", "wait_seconds_count{stage=\"x\"} 4"}));
}

TEST(metrics_text, odd_observations_do_not_break_a_histogram) {
  registry made;
  auto& h = made.make_histogram("wait_seconds", "W", {1});
  h.observe(-5);
  h.observe(std::numeric_limits<double>::quiet_NaN());
  h.observe(std::numeric_limits<double>::infinity());
  EXPECT_EQ(lines(made.to_text()),
            (std::vector<std::string>{"# HELP wait_seconds W", "# TYPE wait_seconds histogram",
                                      "wait_seconds_bucket{le=\"1\"} 1", "wait_seconds_bucket{le=\"+Inf\"} 2",
                                      "wait_seconds_sum 1e+09", "wait_seconds_count 2"}));
}

TEST(metrics_text, escapes_help_and_label_values) {
  registry made;
  made.make_counter("a_total", "one \\ two\nthree \"four\"", {{"model", "q\"b\\s\nn"}}).add();
  made.make_counter("b_total", "B", {{"model", std::string("x\xFFy\xC3\xA9\xED\xA0\x80z")}}).add();
  EXPECT_EQ(made.to_text(),
            "# HELP a_total one \\\\ two\\nthree \"four\"\n# TYPE a_total counter\n"
            "a_total{model=\"q\\\"b\\\\s\\nn\"} 1\n"
            "# HELP b_total B\n# TYPE b_total counter\nb_total{model=\"x?y\xC3\xA9???z\"} 1\n");
}

TEST(metrics_text, special_numbers_have_their_words) {
  registry made;
  made.make_callback("a", "A", [] { return std::numeric_limits<double>::infinity(); });
  made.make_callback("b", "B", [] { return -std::numeric_limits<double>::infinity(); });
  made.make_callback("c", "C", [] { return std::numeric_limits<double>::quiet_NaN(); });
  const auto text = made.to_text();
  EXPECT_NE(text.find("\na +Inf\n"), std::string::npos);
  EXPECT_NE(text.find("\nb -Inf\n"), std::string::npos);
  EXPECT_NE(text.find("\nc NaN\n"), std::string::npos);
}

TEST(metrics_registry, the_same_name_and_labels_are_the_same_metric) {
  registry made;
  auto& first = made.make_counter("a_total", "A", {{"x", "1"}});
  EXPECT_EQ(&first, &made.make_counter("a_total", "A", {{"x", "1"}}));
  EXPECT_NE(&first, &made.make_counter("a_total", "A", {{"x", "2"}}));
}

TEST(metrics_registry, a_callback_made_again_takes_the_place_of_the_old) {
  registry made;
  made.make_callback("a", "A", [] { return 1.0; });
  made.make_callback("a", "A", [] { return 2.0; });
  EXPECT_EQ(made.to_text(), "# HELP a A\n# TYPE a gauge\na 2\n");
}

TEST(metrics_registry, refuses_what_prometheus_would_not_read) {
  registry made;
  int refused = 0;
  const auto refuses = [&](const auto& make) {
    EXPECT_THROW(make(), contract_violation);
    ++refused;
  };
  for (const char* name : {"", "1a", "a-b", "a b", "\xC3\xA9"}) {
    refuses([&] { made.make_counter(name, "x"); });
    refuses([&] { made.make_counter("ok_total", "x", {{name, "v"}}); });
  }
  refuses([&] { made.make_counter("ok_total", "x", {{"a:b", "v"}}); });
  refuses([&] { made.make_counter("ok_total", "x", {{"__a", "v"}}); });
  made.make_counter("ok_total", "x");
  refuses([&] { made.make_gauge("ok_total", "x"); });
  refuses([&] { made.make_histogram("h_seconds", "x", {2, 1}); });
  refuses([&] { made.make_histogram("h_seconds", "x", {1, 1}); });
  made.make_callback("c", "x", [] { return 0.0; });
  refuses([&] { made.make_gauge("c", "x"); });
  EXPECT_EQ(refused, 16);
}

TEST(metrics_registry, label_sets_beyond_the_limit_share_one) {
  registry made;
  for (std::size_t i = 0; i < registry::series_max + 50; ++i) {
    made.make_counter("a_total", "A", {{"model", std::to_string(i)}}).add();
  }
  const auto text = lines(made.to_text());
  EXPECT_EQ(text.size(), 2 + registry::series_max + 1);
  EXPECT_EQ(text.back(), "a_total{model=\"other\"} 50");
}

TEST(metrics_registry, counts_exactly_and_reads_consistently_from_many_threads) {
  registry made;
  constexpr int threads = 4;
  constexpr int rounds = 2000;
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&made] {
      for (int i = 0; i < rounds; ++i) {
        made.make_counter("a_total", "A", {{"n", std::to_string(i % 7)}}).add();
        made.make_histogram("h_seconds", "H", {0.5}).observe(i % 2);
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    std::string bucket;
    std::string count;
    for (const auto& line : lines(made.to_text())) {
      if (line.starts_with("h_seconds_bucket{le=\"+Inf\"} ")) bucket = line.substr(line.rfind(' '));
      if (line.starts_with("h_seconds_count ")) count = line.substr(line.rfind(' '));
    }
    EXPECT_EQ(bucket, count);
  }
  for (auto& worker : workers) worker.join();
  std::uint64_t sum = 0;
  for (int i = 0; i < 7; ++i) sum += made.make_counter("a_total", "A", {{"n", std::to_string(i)}}).value();
  EXPECT_EQ(sum, std::uint64_t{threads} * rounds);
  EXPECT_NE(made.to_text().find("h_seconds_count 8000\n"), std::string::npos);
}

}  // namespace
}  // namespace stoplog::metrics
