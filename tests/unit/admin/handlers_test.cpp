#include "admin/handlers.hpp"

#include <gtest/gtest.h>

namespace stoplog::admin {
namespace {

struct asked {
  bool draining = false;
  audit::log_status log;
  std::string problems;

  reply ask(std::string_view method, std::string_view path) {
    metrics::registry numbers;
    numbers.make_counter("stoplog_things_total", "Things.").add(3);
    questions q;
    q.draining = [this] { return draining; };
    q.audit = [this] { return log; };
    q.reload = [this](const std::function<void(std::string)>& done) { done(problems); };
    reply given;
    int calls = 0;
    handlers(numbers, q).handle(method, path, [&](reply r) {
      given = std::move(r);
      ++calls;
    });
    EXPECT_EQ(calls, 1);
    return given;
  }
};

TEST(Admin, ReadinessTellsTheTruth) {
  asked server;
  EXPECT_EQ(server.ask("GET", "/readyz").status, 200);
  server.log.healthy = false;
  EXPECT_EQ(server.ask("GET", "/readyz").status, 503);
  EXPECT_EQ(server.ask("GET", "/livez").status, 200);
  server.log.healthy = true;
  server.draining = true;
  EXPECT_EQ(server.ask("GET", "/readyz").body, "draining\n");
}

TEST(Admin, MetricsAreShown) {
  const reply r = asked().ask("GET", "/metrics");
  EXPECT_NE(r.body.find("stoplog_things_total 3\n"), std::string::npos);
  EXPECT_NE(r.content_type.find("version=0.0.4"), std::string::npos);
}

TEST(Admin, ReloadSaysWhyNot) {
  asked server;
  EXPECT_EQ(server.ask("POST", "/-/reload").status, 200);
  server.problems = "a.yaml:1:2: error[E104]: x\n";
  const reply r = server.ask("POST", "/-/reload");
  EXPECT_EQ(r.status, 422);
  EXPECT_NE(r.body.find("a.yaml:1:2"), std::string::npos);
}

TEST(Admin, OtherPathsAndMethodsAreRefused) {
  EXPECT_EQ(asked().ask("GET", "/").status, 404);
  EXPECT_EQ(asked().ask("POST", "/metrics").status, 405);
  EXPECT_EQ(asked().ask("GET", "/-/reload").status, 405);
}

}  // namespace
}  // namespace stoplog::admin
