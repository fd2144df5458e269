// Delivery without a network: what is delivered when receivers fail, processes
// are killed, cursors are torn and the log loses its beginning.
#include "delivery/courier.hpp"

#include "unit/audit/scratch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>

namespace stoplog::delivery {
namespace {

using audit::scratch;

class killed : public std::exception {};

// Takes records; refuses or dies where a test says so.
class fake_sink final : public sink {
 public:
  result<void> deliver(std::span<const outgoing> records) override {
    ++calls;
    largest = std::max(largest, records.size());
    if (refuses) return fail(errc::audit_unavailable, "down");
    for (const outgoing& each : records) {
      if (die_after && got.size() == *die_after) throw killed();
      got.push_back(each.seq);
      lines.push_back(each.line);
    }
    if (die_after && got.size() == *die_after) throw killed();  // it has them all, and nobody hears of it
    return {};
  }
  std::vector<std::uint64_t> got;
  std::vector<std::string> lines;
  std::size_t calls = 0, largest = 0;
  bool refuses = false;
  std::optional<std::size_t> die_after;
};

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all(last - first + 1);
  std::iota(all.begin(), all.end(), first);
  return all;
}

class delivery_courier : public ::testing::Test {
 protected:
  static audit::log_options small_segments() {
    audit::log_options options = audit::without_index();
    options.segment_bytes = 4000;
    return options;
  }
  void append(int count) {
    const auto made = audit::open_log(where(), small_segments());
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(audit::append_now(*made, i % 3 == 2 ? audit::cut(i) : audit::allowed(i)));
      ++durable_;
    }
  }
  std::unique_ptr<courier> make(sink& to, courier_options options = {}) {
    return std::make_unique<courier>(where(), "test", to, std::move(options),
                                     [this](const std::string& what) {
                                       if (deaf_) return false;
                                       told_.push_back(what);
                                       return true;
                                     },
                                     [] { return 0.5; });
  }
  static courier_options batches_of(std::size_t count) {
    courier_options options;
    options.batch_records = count;
    return options;
  }
  void run(courier& one, int steps = 50) {
    for (int i = 0; i < steps; ++i) one.step(durable_);
  }
  std::filesystem::path where() const { return scratch_.log(); }
  std::filesystem::path cursor_file() const { return where() / "sinks" / "test.cursor"; }

  scratch scratch_;
  std::uint64_t durable_ = 0;
  std::vector<std::string> told_;
  bool deaf_ = false;
};

TEST_F(delivery_courier, everything_in_order_byte_for_byte_and_what_comes_later) {
  append(40);
  fake_sink to;
  const auto one = make(to, batches_of(7));
  run(*one);
  EXPECT_EQ(to.got, numbers(1, 40));
  EXPECT_EQ(to.largest, 7U);
  EXPECT_EQ(to.calls, 6U);
  append(10);
  run(*one);
  EXPECT_EQ(to.got, numbers(1, 50));
  std::string joined, log;
  for (const auto& line : to.lines) joined += line + '\n';
  for (const auto first : *audit::list_segments(where())) log += audit::read_all(where() / audit::segment_name(first));
  EXPECT_EQ(joined, log);
  EXPECT_EQ(one->status().next, 51U);
  EXPECT_EQ(one->status().delivered, 50U);
  EXPECT_TRUE(told_.empty());
}

TEST_F(delivery_courier, only_what_is_durable) {
  append(20);
  fake_sink to;
  const auto one = make(to);
  for (const std::uint64_t durable : {0U, 0U, 5U, 5U, 19U, 20U}) {
    one->step(durable);
    EXPECT_EQ(to.got.size(), durable);
  }
}

TEST_F(delivery_courier, a_receiver_that_is_down_for_an_hour_loses_nothing_and_is_not_pressed) {
  append(30);
  fake_sink to;
  to.refuses = true;
  const auto one = make(to, batches_of(8));
  duration passed{0};
  while (passed < std::chrono::hours(1)) {
    passed += one->step(durable_);
    if (to.calls == 10) append(20);
  }
  EXPECT_LE(to.calls, 100U);
  EXPECT_EQ(to.largest, 8U);  // one batch is held, however much the log grows
  EXPECT_EQ(one->status().failures, to.calls);
  EXPECT_EQ(one->status().failure, "down");
  EXPECT_EQ(one->status().next, 0U);
  to.refuses = false;
  run(*one);
  EXPECT_EQ(to.got, numbers(1, 50));
  EXPECT_EQ(one->status().failure, "");
}

TEST_F(delivery_courier, waits_grow_to_their_limit_and_differ_by_chance) {
  append(1);
  fake_sink to;
  to.refuses = true;
  double chance = 0;
  courier one(where(), "test", to, {}, [](const std::string&) { return true; }, [&] { return chance; });
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 10; ++i) waits.push_back(one.step(durable_).count());
  EXPECT_EQ(waits, (std::vector<std::int64_t>{500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000}));
  chance = 0.999;
  EXPECT_NEAR(static_cast<double>(one.step(durable_).count()), 30000, 100);
}

// Wherever the process dies: nothing is lost, and no more than one batch comes twice.
TEST_F(delivery_courier, killed_after_any_record_repeats_one_batch_at_most) {
  append(23);
  constexpr std::size_t batch = 5;
  int tried = 0;
  for (std::size_t at = 0; at <= 23; ++at) {
    std::filesystem::remove_all(where() / "sinks");
    fake_sink to;
    to.die_after = at;
    try {
      run(*make(to, batches_of(batch)), 20);
    } catch (const killed&) {
      ++tried;
    }
    to.die_after.reset();
    run(*make(to, batches_of(batch)), 20);
    std::map<std::uint64_t, int> count;
    for (const auto seq : to.got) ++count[seq];
    EXPECT_EQ(count.size(), 23U) << at;
    std::size_t twice = 0;
    for (const auto& [seq, times] : count) {
      EXPECT_LE(times, 2) << at;
      if (times == 2) ++twice;
    }
    EXPECT_LE(twice, batch) << at;
  }
  EXPECT_EQ(tried, 24);
}

TEST_F(delivery_courier, a_clean_restart_repeats_nothing) {
  append(23);
  fake_sink to;
  for (int i = 0; i < 12; ++i) make(to, batches_of(2))->step(durable_);
  EXPECT_EQ(to.got, numbers(1, 23));
}

TEST_F(delivery_courier, a_cursor_that_is_torn_or_changed_is_not_believed) {
  append(10);
  fake_sink to;
  run(*make(to));
  const std::string good = audit::read_all(cursor_file());
  audit::position at;
  ASSERT_EQ(cursor(where(), "test").load(at), cursor::found::good);
  EXPECT_EQ(at.seq, 11U);
  int tried = 0;
  const auto expect_damaged = [&](const std::string& text) {
    audit::write_all(cursor_file(), text);
    audit::position untouched{1, 2, 3};
    EXPECT_EQ(cursor(where(), "test").load(untouched), cursor::found::damaged) << text;
    EXPECT_EQ(untouched, (audit::position{1, 2, 3}));
    ++tried;
  };
  for (std::size_t length = 0; length < good.size(); ++length) expect_damaged(good.substr(0, length));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    expect_damaged(changed);
  }
  expect_damaged(good + good);
  EXPECT_EQ(tried, static_cast<int>(2 * good.size() + 1));

  to.got.clear();
  run(*make(to));
  EXPECT_EQ(to.got, numbers(1, 10));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_NE(told_[0].find("its cursor cannot be read"), std::string::npos);
}

TEST_F(delivery_courier, while_the_cursor_cannot_be_saved_nothing_more_is_delivered) {
  append(20);
  fake_sink to;
  audit::write_all(where() / "sinks", "in the way");
  const auto one = make(to, batches_of(4));
  run(*one);
  EXPECT_EQ(to.got, numbers(1, 4));  // once, although saving was tried fifty times
  EXPECT_EQ(one->status().failures, 50U);
  std::filesystem::remove(where() / "sinks");
  run(*one);
  EXPECT_EQ(to.got, numbers(1, 20));
}

TEST_F(delivery_courier, records_that_retention_took_are_told_and_the_rest_is_delivered) {
  append(30);
  const auto segments = *audit::list_segments(where());
  ASSERT_GE(segments.size(), 4U);
  fake_sink to;
  {
    const auto one = make(to, batches_of(2));
    one->step(durable_);
  }
  std::filesystem::remove(where() / audit::segment_name(segments[0]));
  std::filesystem::remove(where() / audit::segment_name(segments[1]));
  deaf_ = true;
  const auto one = make(to, batches_of(2));
  run(*one);
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(to.got, numbers(1, 2));  // it is said first
  deaf_ = false;
  run(*one);
  ASSERT_EQ(told_.size(), 1U) << told_.back();
  EXPECT_NE(told_[0].find("sink test: not delivered: records 3 to " + std::to_string(segments[2] - 1) + " missing"), std::string::npos) << told_[0];
  EXPECT_EQ(one->status().missed, segments[2] - 3);
  auto expected = numbers(1, 2);
  for (const auto seq : numbers(segments[2], 30)) expected.push_back(seq);
  EXPECT_EQ(to.got, expected);
}

TEST_F(delivery_courier, damage_is_told_and_the_rest_is_delivered) {
  append(10);
  const auto segment = where() / audit::segment_name(1);
  std::string text = audit::read_all(segment);
  text[40] ^= 1;
  audit::write_all(segment, text);
  fake_sink to;
  const auto one = make(to);
  run(*one);
  EXPECT_EQ(to.got, numbers(2, 10));
  EXPECT_EQ(told_.size(), 1U);
  EXPECT_EQ(one->status().missed, 1U);
}

TEST_F(delivery_courier, only_takes_decisions_and_kinds) {
  append(12);
  fake_sink to;
  courier_options options;
  options.only = {"block"};
  const auto one = make(to, options);
  run(*one);
  EXPECT_EQ(to.got, (std::vector<std::uint64_t>{3, 6, 9, 12}));
  EXPECT_EQ(one->status().next, 13U);
  to.got.clear();
  options.only = {"admin", "allow"};
  std::filesystem::remove_all(where() / "sinks");
  run(*make(to, options));
  EXPECT_EQ(to.got.size(), 8U);
}

TEST_F(delivery_courier, from_newest_begins_at_the_end_and_keeps_its_place) {
  append(10);
  fake_sink to;
  courier_options options;
  options.from_newest = true;
  run(*make(to, options));
  EXPECT_TRUE(to.got.empty());
  append(3);
  run(*make(to, options));
  EXPECT_EQ(to.got, (std::vector<std::uint64_t>{11, 12, 13}));
}

TEST_F(delivery_courier, a_cursor_of_another_log_is_told_and_given_up) {
  append(10);
  fake_sink to;
  run(*make(to));
  const std::string cursor = audit::read_all(cursor_file());
  std::filesystem::remove_all(where());
  durable_ = 0;
  append(4);
  std::filesystem::create_directory(where() / "sinks");
  audit::write_all(cursor_file(), cursor);
  to.got.clear();
  run(*make(to));
  EXPECT_EQ(to.got, numbers(1, 4));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_NE(told_[0].find("of another log"), std::string::npos);
}

TEST_F(delivery_courier, batches_keep_their_distance) {
  append(10);
  fake_sink to;
  courier_options options = batches_of(3);
  options.every = duration(1000);
  const auto one = make(to, options);
  duration passed{0};
  while (to.got.size() < 10) passed += one->step(durable_);
  EXPECT_EQ(to.calls, 4U);
  EXPECT_GE(passed, duration(4000));
}

}  // namespace
}  // namespace stoplog::delivery
