// stoplog audit, as a shell would call it.
#include "audit/log.hpp"
#include "audit/segment.hpp"
#include "cli/audit_read.hpp"
#include "cli/audit_sentence.hpp"
#include "cli/audit_view.hpp"
#include "cli/verbs.hpp"
#include "support/folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <future>
#include <iostream>
#include <sstream>
#include <thread>

namespace stoplog::cli {
namespace {

using audit::record;
using audit::record_kind;

record cut_stream() {
  record r;
  r.id = "01936f00-0000-7000-8000-000000000001";
  r.at = wall_time{std::chrono::seconds{1'795'421'730}};
  r.key_id = "support-bot";
  r.route = "default";
  r.model_asked = "demo";
  r.streamed = true;
  r.decision = "block";
  r.stage = "response";
  r.rule = "DEMO-001";
  r.category = "demo.forbidden";
  r.severity = "high";
  r.status = 200;
  r.response_coverage = {90, 90, 60, true, {}, 0};
  return r;
}

TEST(audit_sentence, says_what_happened) {
  struct told { record r; const char* sentence; };
  std::vector<told> cases;
  const auto add = [&](auto change, const char* sentence) {
    record r = cut_stream();
    change(r);
    cases.push_back({r, sentence});
  };
  add([](record&) {}, "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot was cut in mid-stream by rule "
                      "DEMO-001 (high, demo.forbidden); 0 bytes of the match had been released.");
  add([](record& r) { r.leaked = 1; r.client_gone = true; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot was cut in mid-stream by rule "
      "DEMO-001 (high, demo.forbidden); 1 byte of the match had been released; the client had gone.");
  add([](record& r) { r.response_coverage.released = 0; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot was blocked before any of its text was "
      "released by rule DEMO-001 (high, demo.forbidden); 0 bytes of the match had been released.");
  add([](record& r) { r.stage = "request"; r.streamed = false; },
      "At 2026-11-23 08:15:30 UTC a request of model demo for key support-bot was blocked by rule DEMO-001 (high, demo.forbidden); "
      "nothing of it was sent upstream.");
  add([](record& r) { r.decision = "redact"; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot was released with parts masked by rule "
      "DEMO-001 (high, demo.forbidden); 0 bytes of the deciding match had been released.");
  add([](record& r) { r.decision = "allow"; r.rule = ""; r.findings = {{.mode = "shadow"}}; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot passed with 1 finding in shadow mode.");
  add([](record& r) { r.decision = "allow"; r.request_coverage.opaque_parts = {{"messages[0].content[1]", "image"}}; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot passed; 1 part could not be scanned.");
  add([](record& r) { r.decision = "allow"; r.response_coverage.complete = false; r.upstream_truncated = true; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot passed; not all of its text was scanned; "
      "the upstream's answer broke off.");
  add([](record& r) { r.decision = "refuse"; r.stage = "request"; r.status = 413; r.reason = "body_too_large"; r.key_id = ""; r.model_asked = ""; r.streamed = false; r.response_coverage = {}; },
      "At 2026-11-23 08:15:30 UTC a request was refused with status 413 (body_too_large).");
  add([](record& r) { r.decision = "error"; r.status = 504; r.reason = "upstream_timeout"; r.response_coverage = {}; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot failed with status 504 (upstream_timeout).");
  add([](record& r) { r.kind = record_kind::open; },
      "At 2026-11-23 08:15:30 UTC a streamed answer of model demo for key support-bot had begun; this record does not say how it ended.");
  add([](record& r) { r.kind = record_kind::admin; r.event = "policy_loaded"; r.note = "2 policies"; },
      "At 2026-11-23 08:15:30 UTC the proxy recorded policy_loaded: 2 policies.");
  for (const auto& c : cases) EXPECT_EQ(sentence(c.r), c.sentence);
  EXPECT_EQ(cases.size(), 12U);
}

// Every text field of a record, filled with what a terminal would obey.
record hostile() {
  const std::string nasty = "\x1B[2J\x1B]0;owned\x07\r\n\u202Eright\u009B31m\x7F\xFF";
  record r = cut_stream();
  for (std::string* field : {&r.key_id, &r.team, &r.client_address, &r.user_agent, &r.route, &r.endpoint, &r.upstream, &r.model_asked,
                             &r.model_answered, &r.response_id, &r.policy_name, &r.policy_version, &r.policy_digest, &r.rule,
                             &r.category, &r.severity, &r.reason, &r.event, &r.note}) {
    *field = nasty;
  }
  r.id = "01936f00" + nasty;
  r.findings.push_back({nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, 1, 2, nasty, nasty});
  r.request_coverage.opaque_parts = {{nasty, nasty}};
  return r;
}

void expect_safe(const std::string& text) {
  for (const char c : text) ASSERT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)) << text;
  for (const char* banned : {"\u202E", "\u009B"}) ASSERT_EQ(text.find(banned), std::string::npos) << text;
}

TEST(audit_view, no_field_reaches_the_terminal_as_control_characters) {
  int tried = 0;
  for (const auto kind : {record_kind::exchange, record_kind::open, record_kind::admin}) {
    for (const char* decision : {"allow", "redact", "block", "refuse", "error", "\x1B[2J"}) {
      for (const char* stage : {"request", "response", "\x1B[2J"}) {
        audit::found_record found{1, hostile(), ""};
        found.value.kind = kind;
        found.value.decision = decision;
        found.value.stage = stage;
        expect_safe(full_view(found));
        expect_safe(row_view(found));
        EXPECT_EQ(std::count(full_view(found).begin(), full_view(found).end(), '\n') > 5, true);
        const std::string row = row_view(found);
        EXPECT_EQ(std::count(row.begin(), row.end(), '\n'), 1);
        ++tried;
      }
    }
  }
  EXPECT_EQ(tried, 54);
}

TEST(audit_view, the_whole_record_in_reading_order) {
  audit::found_record found{7, cut_stream(), ""};
  found.value.findings.push_back({"DEMO-001", "demo", "demo.forbidden", "high", "enforce", "block", "block", "response", "assistant",
                                  "content", "choices[0].delta.content", 60, 80, "0011", ""});
  found.value.duration_us = 1'234'005;
  found.value.policy_name = "default";
  EXPECT_EQ(full_view(found), sentence(found.value) + R"(

record
  id              01936f00-0000-7000-8000-000000000001
  number          7
  kind            exchange
  at              2026-11-23T08:15:30.000000Z

who
  key             support-bot

what
  route           default
  model asked     demo
  streamed        yes

outcome
  decision        block
  stage           response
  rule            DEMO-001
  severity        high
  category        demo.forbidden
  status          200
  leaked          0 bytes released after the start of the deciding match
  duration        1234.005 ms

findings
  DEMO-001 (high, demo.forbidden) enforce: block
    where         response assistant content
    path          choices[0].delta.content bytes 60 to 80
    pack          demo
    fingerprint   0011

coverage, in bytes of text
  request         0 received, 0 scanned, 0 released; not complete
  response        90 received, 90 scanned, 60 released; complete

policy
  name            default
)");
}

TEST(audit_view, rows_have_fixed_columns_and_a_whole_id) {
  record r = cut_stream();
  r.key_id = "a-key-id-that-is-longer-than-its-column";
  const std::string row = row_view({1, r, ""});
  EXPECT_EQ(row, "2026-11-23 08:15:30 block    200    a-key-id-that-i~ default      demo               DEMO-001             " + r.id + "\n");
  EXPECT_EQ(row.find(r.id), row_heading().find("ID\n"));
  r.key_id = "\u4F60\u597D";
  EXPECT_NE(row_view({1, r, ""}).find("\u4F60\u597D               default"), std::string::npos);
}

struct outcome {
  exit_code code = exit_code::fine;
  std::string out, err;
};

class captured {
 public:
  explicit captured(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(text_.rdbuf())) {}
  ~captured() { stream_.rdbuf(before_); }
  captured(const captured&) = delete;
  captured& operator=(const captured&) = delete;
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::ostream& stream_;
  std::streambuf* before_;
};

outcome run(std::vector<std::string> arguments) {
  outcome seen;
  const captured out(std::cout), err(std::cerr);
  CLI::App program;
  add_audit(program, seen.code);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    program.parse(arguments);
  } catch (const CLI::ParseError&) {
    seen.code = exit_code::usage;
  }
  seen.out = out.text();
  seen.err = err.text();
  return seen;
}

record numbered(int n) {
  record r = cut_stream();
  r.id = "01936f" + std::string(n < 10 ? "0" : "") + std::to_string(n) + "-0000-7000-8000-000000000001";
  r.key_id = n % 2 == 0 ? "even" : "odd";
  if (n % 5 != 0) {
    r.decision = "allow";
    r.rule.clear();
  }
  return r;
}

class audit_verb : public ::testing::Test {
 protected:
  void SetUp() override { append(0, 30); }
  void append(int from, int to) {
    std::vector<std::string> notes;
    auto log = audit::log::open(directory(), {}, notes);
    ASSERT_TRUE(log);
    for (int n = from; n < to; ++n) ASSERT_TRUE((*log)->append(numbered(n), audit::durability::soon));
  }
  std::filesystem::path directory() const { return folder_.path() / "audit"; }
  outcome audit(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "audit");
    arguments.insert(arguments.end(), {"--directory", directory().string()});
    return run(arguments);
  }
  void damage() const {
    const auto segment = directory() / audit::segment_name(1);
    std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(30);
    file.put('#');
  }
  test::folder folder_;
};

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

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
    open.id = numbered(41).id;
    ASSERT_TRUE((*log)->append(open, audit::durability::soon));
  }
  EXPECT_EQ(lines(audit({"show", "01936f40"}).out)[0], sentence(numbered(40)));
  EXPECT_EQ(lines(audit({"show", "01936f40", "-o", "json"}).out).size(), 2U);
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
