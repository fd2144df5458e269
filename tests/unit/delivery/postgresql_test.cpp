// The PostgreSQL sink before Debian's server, which the test starts in a folder
// of its own, as a user of its own where this is root, on a socket in that folder.
#include "delivery/sinks.hpp"

#include "unit/delivery/batches.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

namespace stoplog::delivery {
namespace {

class server {
 public:
  server() {
    char name[] = "/tmp/stoplog-pg-XXXXXX";
    folder_ = ::mkdtemp(name);
    as_ = ::geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
    if (!as_.empty()) run("chown postgres " + folder_);
    made_ = run(as_ + bin() + "initdb -D " + folder_ + "/data -U stoplog -A trust --no-sync >" + folder_ + ".log 2>&1") == 0;
    if (made_) made_ = start();
  }
  ~server() {
    stop();
    run("rm -rf " + folder_ + ' ' + folder_ + ".log");
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  static std::string bin() { return "/usr/lib/postgresql/15/bin/"; }
  static bool is_installed() { return ::access((bin() + "postgres").c_str(), X_OK) == 0; }

  bool is_up() const { return made_; }
  bool start() {
    return run(as_ + bin() + "pg_ctl -D " + folder_ + "/data -w -t 60 -l " + folder_ + "/log -o \"-c listen_addresses='' -k " + folder_ +
               "\" start >/dev/null 2>&1") == 0;
  }
  void stop() { run(as_ + bin() + "pg_ctl -D " + folder_ + "/data -m immediate -w stop >/dev/null 2>&1"); }
  std::string connection(const std::string& more = "") const { return "host=" + folder_ + " user=stoplog dbname=postgres " + more; }

  std::string ask(const std::string& sql) const {
    const std::string command = "psql -X -A -t -h " + folder_ + " -U stoplog postgres -c \"" + sql + "\"";
    std::unique_ptr<FILE, int (*)(FILE*)> out(::popen(command.c_str(), "r"), ::pclose);
    std::string text;
    char chunk[4096];
    while (std::fgets(chunk, sizeof chunk, out.get()) != nullptr) text += chunk;
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }

 private:
  static int run(const std::string& command) { return std::system(command.c_str()); }
  std::string folder_, as_;
  bool made_ = false;
};

class delivery_postgresql_server : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (server::is_installed()) server_ = std::make_unique<server>();
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (!server::is_installed()) GTEST_SKIP() << "Debian's postgresql-15 is not installed";
    ASSERT_TRUE(server_->is_up());
    server_->ask("DROP TABLE IF EXISTS stoplog_records");
  }
  static std::unique_ptr<server> server_;
};
std::unique_ptr<server> delivery_postgresql_server::server_;

TEST_F(delivery_postgresql_server, makes_its_table_and_never_has_a_record_twice) {
  const auto to = make_postgresql({.connection = server_->connection()});
  ASSERT_TRUE(to->deliver(records(500)));
  EXPECT_EQ(server_->ask("SELECT count(*), min(seq), max(seq) FROM stoplog_records"), "500|1|500");
  ASSERT_TRUE(to->deliver(records(500)));
  ASSERT_TRUE(to->deliver(records(10, 495)));
  EXPECT_EQ(server_->ask("SELECT count(*) FROM stoplog_records"), "505");
  EXPECT_EQ(server_->ask("SELECT count(*) FROM stoplog_records WHERE decision = 'block' AND rule = 'DEMO-001'"), "168");
  EXPECT_EQ(server_->ask("SELECT record->'outcome'->>'decision', at AT TIME ZONE 'UTC' FROM stoplog_records WHERE seq = 3"),
            "block|2026-11-23 08:15:32");
  // Another proxy, or another log with the same numbers, is another row.
  ASSERT_TRUE(make_postgresql({.connection = server_->connection(), .instance = "two"})->deliver(records(1)));
  auto other = records(1);
  other[0].line += ' ';
  ASSERT_TRUE(to->deliver(other));
  EXPECT_EQ(server_->ask("SELECT count(*) FROM stoplog_records WHERE seq = 1"), "3");
}

TEST_F(delivery_postgresql_server, hostile_text_is_a_value) {
  audit::record r = audit::cut(1);
  r.key_id = "x'); DROP TABLE stoplog_records; --";
  r.model_asked = std::string("a\0b", 3) + "{\"},\\\"'\x1B\xE2\x80\xAE";
  r.team = "$1";
  r.route = "NULL";
  std::string line = audit::encode(r, 1);
  const std::vector<outgoing> one = {{1, r, line}};
  ASSERT_TRUE(make_postgresql({.connection = server_->connection()})->deliver(one));
  EXPECT_EQ(server_->ask("SELECT key, team, route FROM stoplog_records"), "x'); DROP TABLE stoplog_records; --|$1|NULL");
  EXPECT_EQ(server_->ask("SELECT record->'what'->>'model' LIKE 'a%b{%' FROM stoplog_records"), "t");
}

TEST_F(delivery_postgresql_server, a_server_that_restarts_gets_the_rest) {
  const auto to = make_postgresql({.connection = server_->connection()});
  ASSERT_TRUE(to->deliver(records(3)));
  server_->stop();
  const auto down = to->deliver(records(3, 3));
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().detail.find("stoplog-pg"), std::string::npos) << "nothing of the connection string is told";
  ASSERT_TRUE(server_->start());
  bool done = false;
  for (int i = 0; i < 50 && !done; ++i) done = to->deliver(records(3, 3)).has_value();
  ASSERT_TRUE(done);
  EXPECT_EQ(server_->ask("SELECT count(*) FROM stoplog_records"), "6");
}

TEST_F(delivery_postgresql_server, a_table_that_is_locked_is_waited_for_until_stop) {
  const auto to = make_postgresql({.connection = server_->connection()});
  ASSERT_TRUE(to->deliver(records(1)));
  std::thread holder([] { server_->ask("BEGIN; LOCK TABLE stoplog_records; SELECT pg_sleep(5); COMMIT"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    to->stop();
  });
  const auto done = to->deliver(records(1, 1));
  stopper.join();
  holder.join();
  if (!done) EXPECT_EQ(done.error().detail, "stopped");  // on a very slow machine the lock came too late
}

TEST_F(delivery_postgresql_server, a_role_without_rights_is_told_by_its_code) {
  server_->ask("DROP ROLE IF EXISTS poor");
  server_->ask("CREATE ROLE poor LOGIN");
  server_->ask("CREATE TABLE stoplog_records(x int)");
  const auto done = make_postgresql({.connection = server_->connection("user=poor")})->deliver(records(1));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().detail, "inserting failed: SQLSTATE 42703");
}

TEST(delivery_postgresql, nobody_there_is_an_error) {
  EXPECT_FALSE(make_postgresql({.connection = "host=/nonexistent dbname=x"})->deliver(records(1)));
  EXPECT_FALSE(make_postgresql({.connection = "what is this"})->deliver(records(1)));
}

}  // namespace
}  // namespace stoplog::delivery
