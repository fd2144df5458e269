// The sinks before real descriptors and sockets: good ones, ones that are busy,
// that hang up, and that never answer.
#include "delivery/dispatch.hpp"
#include "delivery/signature.hpp"
#include "delivery/sinks.hpp"

#include "unit/audit/scratch.hpp"
#include "unit/delivery/batches.hpp"
#include "unit/delivery/receiver.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <thread>

namespace stoplog::delivery {
namespace {

using audit::scratch;
using manner = receiver::manner;

std::string lines_of(const std::vector<outgoing>& all) {
  std::string text;
  for (const auto& each : all) text += each.line + '\n';
  return text;
}

template <class Condition>
bool eventually(Condition holds) {
  for (int i = 0; i < 3000; ++i) {
    if (holds()) return true;  // asked once: what it asks may have effects
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

config::webhook_sink hook(const receiver& at) {
  config::webhook_sink to;
  to.url = at.url() + "/hook";
  to.secret = "secret";
  return to;
}

TEST(delivery_webhook, posts_a_signed_body_on_one_connection) {
  receiver at(manner::http_200);
  const auto to = make_webhook(hook(at));
  ASSERT_TRUE(to->deliver(records(3)));
  ASSERT_TRUE(to->deliver(records(2, 3)));
  EXPECT_EQ(at.connections(), 1U);
  const std::string got = at.bytes();
  EXPECT_TRUE(got.starts_with("POST /hook HTTP/1.1\r\n")) << got;
  EXPECT_NE(got.find("x-stoplog-delivery: 1-3\r\n"), std::string::npos);
  EXPECT_NE(got.find("x-stoplog-delivery: 4-5\r\n"), std::string::npos);
  const auto body = got.substr(got.find("\r\n\r\n") + 4, std::stoul(got.substr(got.find("Content-Length: ") + 16)));
  const auto header = got.find("x-stoplog-signature: ") + 21;
  const std::string sent = got.substr(header, got.find('\r', header) - header);
  EXPECT_EQ(sent, signature("secret", std::stoll(sent.substr(2)), body));
  EXPECT_EQ(got.find("Expect"), std::string::npos);
}

TEST(delivery_webhook, a_busy_one_and_one_that_hangs_up_are_errors) {
  receiver at(manner::http_503);
  const auto to = make_webhook(hook(at));
  auto done = to->deliver(records(1));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().detail, "the receiver answered with status 503");
  at.behave(manner::hang_up);
  EXPECT_FALSE(to->deliver(records(1)));
  at.behave(manner::http_200);
  EXPECT_TRUE(to->deliver(records(1)));
}

TEST(delivery_webhook, one_that_never_answers_ends_soon_after_stop) {
  receiver at(manner::silent);
  const auto to = make_webhook(hook(at));
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    to->stop();
  });
  EXPECT_FALSE(to->deliver(records(1)));
  stopper.join();
}

TEST(delivery_otlp, posts_to_the_collector_s_path_with_its_key) {
  receiver at(manner::http_200);
  const auto to = make_otlp({at.url(), "key", {}});
  ASSERT_TRUE(to->deliver(records(2)));
  const std::string got = at.bytes();
  EXPECT_TRUE(got.starts_with("POST /v1/logs HTTP/1.1\r\n")) << got;
  EXPECT_NE(got.find("authorization: Bearer key\r\n"), std::string::npos);
  EXPECT_NE(got.find("content-type: application/json\r\n"), std::string::npos);
}

config::syslog_sink syslog_at(const receiver& at) {
  config::syslog_sink to;
  to.host = "127.0.0.1";
  to.port = at.port();
  return to;
}

TEST(delivery_syslog, frames_arrive_whole_on_one_connection) {
  receiver at(manner::swallow);
  const auto to = make_syslog(syslog_at(at));
  ASSERT_TRUE(to->deliver(records(50)));
  ASSERT_TRUE(to->deliver(records(50, 50)));
  ASSERT_TRUE(eventually([&] { return frames(at.bytes()).size() == 100; }));
  EXPECT_EQ(at.connections(), 1U);
  const auto all = frames(at.bytes());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_NE(all[i].find(" seq=\"" + std::to_string(i + 1) + "\""), std::string::npos) << all[i];
}

TEST(delivery_syslog, a_receiver_that_went_away_is_noticed_before_the_next_batch_counts) {
  receiver at(manner::swallow);
  const auto to = make_syslog(syslog_at(at));
  ASSERT_TRUE(to->deliver(records(1)));
  at.behave(manner::hang_up);
  ASSERT_TRUE(eventually([&] { return !to->deliver(records(1, 1)); }));
  at.behave(manner::swallow);
  ASSERT_TRUE(eventually([&] { return to->deliver(records(1, 2)).has_value(); }));
  ASSERT_TRUE(eventually([&] { return at.bytes().find(" seq=\"3\"") != std::string::npos; }));
}

TEST(delivery_syslog, one_that_never_reads_ends_soon_after_stop) {
  receiver at(manner::silent);
  const auto to = make_syslog(syslog_at(at));
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    to->stop();
  });
  EXPECT_FALSE(to->deliver(records(20'000)));  // more than the buffers of two sockets take
  stopper.join();
}

TEST(delivery_syslog, a_plain_receiver_is_no_tls_receiver) {
  receiver at(manner::swallow);
  auto where = syslog_at(at);
  where.tls = true;
  const auto to = make_syslog(where);
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    to->stop();
  });
  EXPECT_FALSE(to->deliver(records(1)));
  stopper.join();
  EXPECT_EQ(at.bytes().find("seq"), std::string::npos);
}

TEST(delivery_lines, a_pipe_that_nobody_reads_stalls_nothing_and_loses_nothing) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const auto all = records(1000);
  std::string got;
  const auto drain = [&](std::size_t most) {
    char chunk[4096];
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    for (ssize_t count; got.size() < most && (count = ::read(ends[0], chunk, sizeof chunk)) > 0;) got.append(chunk, static_cast<std::size_t>(count));
  };
  {
    const auto to = make_descriptor(ends[1]);
    to->stop();  // it gives up at its first look
    EXPECT_FALSE(to->deliver(all));
    drain(100);
    EXPECT_FALSE(to->deliver(all));
    std::atomic<bool> done = false;
    std::thread reading([&] {
      while (!done) {
        drain(SIZE_MAX);
        std::this_thread::yield();
      }
      drain(SIZE_MAX);
    });
    EXPECT_TRUE(eventually([&] { return to->deliver(all).has_value(); }));
    done = true;
    reading.join();
  }
  ::close(ends[0]);
  ::close(ends[1]);
  // Whole lines only, and the last thousand are the batch.
  const std::string batch = lines_of(all);
  ASSERT_TRUE(got.ends_with(batch));
  std::size_t begun = 0;
  for (std::size_t at = 0; at < got.size(); at = got.find('\n', at) + 1) {
    const std::string line = got.substr(at, got.find('\n', at) - at);
    EXPECT_TRUE(line.starts_with("{\"seq\":") && line.ends_with("\"}")) << line;
    ++begun;
  }
  EXPECT_GT(begun, 1000U);
}

TEST(delivery_lines, a_closed_pipe_is_an_error) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  ::close(ends[0]);
  const auto to = make_descriptor(ends[1]);
  EXPECT_FALSE(to->deliver(records(1)));
  ::close(ends[1]);
}

TEST(delivery_file, appends_ends_a_torn_line_and_makes_a_moved_file_anew) {
  const scratch folder;
  const auto file = folder.path() / "out.jsonl";
  audit::write_all(file, "{\"seq\":1,\"torn");
  const auto to = make_file({file});
  ASSERT_TRUE(to->deliver(records(2)));
  EXPECT_EQ(audit::read_all(file), "{\"seq\":1,\"torn\n" + lines_of(records(2)));
  std::filesystem::rename(file, folder.path() / "out.jsonl.1");
  ASSERT_TRUE(to->deliver(records(1, 2)));
  EXPECT_EQ(audit::read_all(file), lines_of(records(1, 2)));
  std::filesystem::remove(file);
  ASSERT_TRUE(to->deliver(records(1, 3)));
  EXPECT_EQ(audit::read_all(file), lines_of(records(1, 3)));
  EXPECT_FALSE(make_file({folder.path() / "absent" / "out"})->deliver(records(1)));
}

TEST(delivery_file, a_full_device_is_an_error) {
  EXPECT_FALSE(make_file({"/dev/full"})->deliver(records(1)));
}

// One receiver that never answers: the others get everything, the log takes
// records as before, and the end does not wait for it.
TEST(delivery_dispatch, a_hanging_receiver_stalls_nobody) {
  const scratch folder;
  const auto log = audit::open_log(folder.log());
  receiver silent(manner::silent), good(manner::http_200);
  config::sink hanging{"hanging", {}, false, hook(silent)}, posted{"posted", {"block"}, false, hook(good)},
      kept{"kept", {}, false, config::file_sink{folder.path() / "kept.jsonl"}};
  std::get<config::webhook_sink>(posted.to).every = duration(1);
  const std::vector<config::sink> sinks = {hanging, posted, kept};
  dispatch running(folder.log(), sinks, [&] { return log->status().durable; }, [](const std::string&) { return true; });
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(audit::append_now(*log, i % 3 == 2 ? audit::cut(i) : audit::allowed(i)));
  EXPECT_TRUE(eventually([&] { return running.status(1).next == 61 && running.status(2).next == 61; }));
  EXPECT_EQ(running.status(1).delivered, 20U);
  EXPECT_EQ(running.status(0).delivered, 0U);
  EXPECT_EQ(running.name(2), "kept");
  EXPECT_EQ(audit::read_all(folder.path() / "kept.jsonl"), audit::read_all(folder.log() / audit::segment_name(1)));
}

}  // namespace
}  // namespace stoplog::delivery
