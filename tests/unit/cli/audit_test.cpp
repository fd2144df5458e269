// stoplog audit, as a shell would call it.
#include "cli/audit_read.hpp"
#include "cli/audit_sentence.hpp"
#include "unit/cli/audit_verb.hpp"

#include <csignal>
#include <future>
#include <thread>

namespace stoplog::cli {
namespace {

TEST_F(audit_verb, tail_shows_the_last_ones_oldest_first) {
  auto seen = audit({"tail"});
  EXPECT_EQ(seen.code, exit_code::fine);
  auto rows = lines(seen.out);
  ASSERT_EQ(rows.size(), 21U);
  EXPECT_TRUE(rows[0].starts_with("TIME (UTC)"));
  EXPECT_TRUE(rows[1].ends_with(numbered(10).id));
  EXPECT_TRUE(rows[20].ends_with(numbered(29).id));
  seen = audit({"tail", "-n", "3", "--key", "odd"});
  rows = lines(seen.out);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_TRUE(rows[1].ends_with(numbered(25).id));
}

TEST_F(audit_verb, query_filters_newest_first_and_pages) {
  auto seen = audit({"query", "--decision", "block"});
  EXPECT_EQ(seen.code, exit_code::fine);
  auto rows = lines(seen.out);
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_TRUE(rows[1].ends_with(numbered(25).id));
  seen = audit({"query", "--rule", "DEMO-001", "--key", "odd", "-o", "json"});
  rows = lines(seen.out);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_TRUE(rows[0].starts_with("{\"seq\":26,"));
  seen = audit({"query", "--limit", "4", "-o", "json"});
  EXPECT_EQ(lines(seen.out).size(), 4U);
  EXPECT_EQ(seen.err, "there may be more: --before 27\n");
  seen = audit({"query", "--before", "27", "-o", "json"});
  rows = lines(seen.out);
  ASSERT_EQ(rows.size(), 26U);
  EXPECT_TRUE(rows[0].starts_with("{\"seq\":26,"));
  EXPECT_EQ(seen.err, "");
  EXPECT_EQ(audit({"query", "--until", "2026-11-23T08:15:30Z", "-o", "json"}).out, "");
  EXPECT_EQ(lines(audit({"query", "--since", "2026-11-23T09:15:30+01:00", "-o", "json"}).out).size(), 30U);
}

TEST_F(audit_verb, query_goes_beyond_one_page_of_the_reader) {
  {
    std::vector<std::string> notes;
    auto log = audit::log::open(directory(), {}, notes);
    ASSERT_TRUE(log);
    for (int n = 0; n < 1200; ++n) ASSERT_TRUE((*log)->append(numbered(n % 30), audit::durability::soon));
  }
  EXPECT_EQ(lines(audit({"query", "--limit", "1100", "-o", "json"}).out).size(), 1100U);
  EXPECT_EQ(lines(audit({"query", "--limit", "5000", "-o", "json"}).out).size(), 1230U);
}

TEST_F(audit_verb, query_after_a_cursor_goes_forwards) {
  const auto seen = audit({"query", "--after", "10", "--limit", "4", "-o", "json"});
  const auto rows = lines(seen.out);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_TRUE(rows[0].starts_with("{\"seq\":11,"));
  EXPECT_EQ(seen.err, "there may be more: --after 14\n");
  EXPECT_EQ(audit({"query", "--after", "10", "--before", "20"}).code, exit_code::usage);
}

TEST_F(audit_verb, show_finds_by_id_and_by_a_prefix_of_one) {
  auto seen = audit({"show", numbered(5).id});
  EXPECT_EQ(seen.code, exit_code::fine);
  EXPECT_EQ(lines(seen.out)[0], sentence(numbered(5)));
  EXPECT_EQ(audit({"show", "01936f05"}).out, seen.out);
  const auto raw = audit({"show", "01936f05", "-o", "json"});
  EXPECT_TRUE(raw.out.starts_with("{\"seq\":6,")) << raw.out;
  EXPECT_EQ(lines(raw.out).size(), 1U);

  seen = audit({"show", "01936f0"});
  EXPECT_EQ(seen.code, exit_code::usage);
  EXPECT_NE(seen.err.find(numbered(3).id), std::string::npos);
  EXPECT_EQ(audit({"show", "ffff"}).code, exit_code::findings);
  EXPECT_EQ(audit({"show", "019"}).code, exit_code::usage);
  EXPECT_EQ(audit({"show", "\x1B[2J\x1B"}).err, "stoplog audit: no record has an id that begins with \\u{1b}[2J\\u{1b}\n");
}

TEST_F(audit_verb, show_tells_the_end_of_a_stream_rather_than_its_beginning) {
  {
    std::vector<std::string> notes;
    auto log = audit::log::open(directory(), {}, notes);
    ASSERT_TRUE(log);
    record open = numbered(40);
    open.kind = record_kind::open;
    ASSERT_TRUE((*log)->append(open, audit::durability::soon));
    ASSERT_TRUE((*log)->append(numbered(40), audit::durability::soon));
    record act = numbered(40);
    act.kind = record_kind::admin;
    ASSERT_TRUE((*log)->append(act, audit::durability::soon));
    open.id = numbered(41).id;
    ASSERT_TRUE((*log)->append(open, audit::durability::soon));
  }
  EXPECT_EQ(lines(audit({"show", "01936f40"}).out)[0], sentence(numbered(40)));
  EXPECT_EQ(lines(audit({"show", "01936f40", "-o", "json"}).out).size(), 3U);
  EXPECT_NE(audit({"prove", "01936f40"}).err.find("after record 32 yet"), std::string::npos) << "not what was done with it later";
  EXPECT_NE(audit({"show", "01936f41"}).out.find("had begun"), std::string::npos);
}

TEST_F(audit_verb, damage_is_told_with_its_own_exit_code_and_the_rest_shown) {
  damage();
  for (const bool indexed : {true, false}) {
    if (!indexed) std::filesystem::remove(directory() / "index.sqlite");
    auto seen = audit({"query", "-o", "json"});
    EXPECT_EQ(seen.code, exit_code::integrity);
    EXPECT_EQ(lines(seen.out).size(), 29U);
    EXPECT_TRUE(seen.err.starts_with("stoplog audit: the log is damaged: record 1 damaged: log-")) << seen.err;
    EXPECT_EQ(audit({"tail", "-n", "100"}).code, exit_code::integrity);
  }
}

TEST_F(audit_verb, what_cannot_be_read_or_makes_no_sense_is_refused) {
  const std::string absent = (folder_.path() / "absent").string();
  int tried = 0;
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"audit"},
           {"audit", "tail"},
           {"audit", "tail", "--directory", absent},
           {"audit", "query", "--directory", absent},
           {"audit", "show", "01936f05", "--directory", absent},
           {"audit", "show", "--directory", directory().string()},
           {"audit", "query", "--directory", directory().string(), "--since", "yesterday"},
           {"audit", "query", "--directory", directory().string(), "--decision", "perhaps"},
           {"audit", "query", "--directory", directory().string(), "--limit", "0"},
           {"audit", "tail", "--directory", directory().string(), "--config", "x"}}) {
    EXPECT_EQ(run(arguments).code, exit_code::usage) << arguments.back();
    ++tried;
  }
  EXPECT_EQ(tried, 10);
  EXPECT_EQ(run({"audit", "tail", "--config", absent}).code, exit_code::not_loaded);
}

TEST_F(audit_verb, the_settings_say_where_the_log_is_even_when_a_secret_is_missing) {
  std::ofstream(folder_.path() / "stoplog.yaml") << R"(apiVersion: stoplog/v1
kind: Settings
listeners: [{address: 127.0.0.1:8080}]
upstreams: [{name: u, url: "https://127.0.0.1", credentials: {bearer: "${env:STOPLOG_TEST_NOT_SET}"}}]
routes: [{name: default, path: /v1, upstream: u}]
audit: {directory: audit}
)";
  const auto seen = run({"audit", "tail", "-n", "2", "--config", (folder_.path() / "stoplog.yaml").string()});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  EXPECT_EQ(lines(seen.out).size(), 3U);
}

TEST_F(audit_verb, following_shows_each_new_record_once) {
  std::vector<std::string> notes;
  auto log = audit::log::open(directory(), {}, notes);
  ASSERT_TRUE(log);
  audit_request request;
  request.directory = directory().string();
  request.json = true;
  request.follow = true;
  request.limit = 2;
  request.asked.key = "odd";
  int n = 50;
  std::string shown;
  exit_code code = exit_code::usage;
  {
    const captured out(std::cout);
    code = audit_tail(request, [&] {
      if (n == 60) return false;
      std::promise<bool> durable;
      EXPECT_TRUE((*log)->append(numbered(n++), audit::durability::before, [&](bool done) { durable.set_value(done); }));
      return durable.get_future().get();
    });
    shown = out.text();
  }
  EXPECT_EQ(code, exit_code::fine);
  const auto rows = lines(shown);
  ASSERT_EQ(rows.size(), 7U);  // two from before, and the odd ones of ten
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NE(rows[i + 2].find(numbered(51 + 2 * static_cast<int>(i)).id), std::string::npos);
}

TEST_F(audit_verb, following_stops_when_it_is_interrupted) {
  sigset_t interrupt;
  sigset_t before;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupt, &before);  // for this thread and the one it starts
  outcome seen;
  std::thread follower([&] { seen = audit({"tail", "-n", "1", "--follow"}); });
  pthread_kill(follower.native_handle(), SIGINT);
  follower.join();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(seen.code, exit_code::fine);
  EXPECT_EQ(lines(seen.out).size(), 2U);
}

}  // namespace
}  // namespace stoplog::cli
