// audit.sinks of the settings: every receiver, and what is refused.
#include "bad_file.hpp"
#include "config/settings.hpp"

#include <cstdlib>

namespace stoplog::config {
namespace {

constexpr std::string_view head =
    "apiVersion: stoplog/v1\nkind: Settings\n"
    "listeners: [{address: 127.0.0.1:8080}]\n"
    "upstreams: [{name: u, url: 'https://api.example.com'}]\n"
    "routes: [{name: r, upstream: u}]\n";

std::vector<sink> read(const std::string& list) {
  problems found;
  const auto all = load_text(std::string(head) + "audit:\n  sinks:\n" + list, "conf/stoplog.yaml", found);
  for (const auto& p : found) ADD_FAILURE() << to_string(p);
  return all.settings_files.empty() ? std::vector<sink>{} : all.settings_files.front().audit.sinks;
}

TEST(sinks, are_read_with_their_receivers) {
  ::setenv("STOPLOG_TEST_SECRET", "s3cret", 1);
  const auto all = read(R"(
    - {name: out, stdout: true, only: [block, admin], from: newest}
    - {name: kept, file: {path: out/audit.jsonl}}
    - {name: siem, syslog: {address: "logs.example.com:6514", tls: true, ca: ca.pem, facility: local3}}
    - {name: hook, webhook: {url: "https://a.example/h", secret: "${env:STOPLOG_TEST_SECRET}", group: 5, every: 250ms}}
    - {name: otel, otlp: {url: "http://127.0.0.1:4318", bearer: "${env:STOPLOG_TEST_SECRET}"}}
    - {name: pg, postgresql: {connection: "${env:STOPLOG_TEST_SECRET}", table: audit.records, instance: eu-1}}
    - {name: bus, kafka: {brokers: ["k1.example:9093", "[::1]:9094"], topic: audit, tls: true, user: u, password: "${env:STOPLOG_TEST_SECRET}", mechanism: scram_sha_256}}
)");
  ASSERT_EQ(all.size(), 7U);
  EXPECT_EQ(all[0].only, (std::vector<std::string>{"block", "admin"}));
  EXPECT_TRUE(all[0].from_newest);
  EXPECT_FALSE(all[1].from_newest);
  EXPECT_EQ(std::get<file_sink>(all[1].to).path, "conf/out/audit.jsonl");
  const auto& siem = std::get<syslog_sink>(all[2].to);
  EXPECT_EQ(siem.host, "logs.example.com");
  EXPECT_EQ(siem.port, 6514);
  EXPECT_EQ(siem.facility, 19U);
  const auto& hook = std::get<webhook_sink>(all[3].to);
  EXPECT_EQ(hook.url, "https://a.example/h");
  EXPECT_EQ(hook.secret, "s3cret");
  EXPECT_EQ(hook.every, duration(250));
  EXPECT_EQ(std::get<postgresql_sink>(all[5].to).table, "audit.records");
  const auto& bus = std::get<kafka_sink>(all[6].to);
  EXPECT_EQ(bus.brokers, "k1.example:9093,[::1]:9094");
  EXPECT_EQ(bus.mechanism, "SCRAM-SHA-256");
}

// Each case goes on in line 6.
constexpr test::bad_file files[] = {
    {"no receiver", "audit: {sinks: [{name: a}]}\n", "6:17: error[E117]", "one receiver"},
    {"two receivers", "audit: {sinks: [{name: a, stdout: true, file: {path: x}}]}\n", "6:17: error[E117]", "one receiver"},
    {"stdout off", "audit: {sinks: [{name: a, file: {path: x}, stdout: false}]}\n", "6:52: error[E117]", "leave the sink out"},
    {"no name", "audit: {sinks: [{stdout: true}]}\n", "6:17: error[E106]", "\"name\" is missing"},
    {"a name that climbs", "audit: {sinks: [{name: ../a, stdout: true}]}\n", "6:24: error[", ""},
    {"a name twice", "audit: {sinks: [{name: a, stdout: true}, {name: a, stdout: true}]}\n", "6:49: error[E502]", "stands twice"},
    {"an unknown receiver", "audit: {sinks: [{name: a, stdout: true, splunk: {}}]}\n", "6:41: error[E104]", "splunk"},
    {"an unknown key of a receiver", "audit: {sinks: [{name: a, file: {path: x, mode: y}}]}\n", "6:43: error[E104]", "mode"},
    {"an unknown decision", "audit: {sinks: [{name: a, stdout: true, only: [blocked]}]}\n", "6:48: error[E110]", "block"},
    {"a receiver without a port", "audit: {sinks: [{name: a, syslog: {address: logs.example}}]}\n", "6:45: error[E122]", "host and a port"},
    {"a ca without tls", "audit: {sinks: [{name: a, syslog: {address: 'l.example:514', ca: x}}]}\n", "6:66: error[E117]", "tls: true"},
    {"a webhook without a secret", "audit: {sinks: [{name: a, webhook: {url: 'https://a.example'}}]}\n", "6:36: error[E106]", "\"secret\" is missing"},
    {"a secret in the file", "audit: {sinks: [{name: a, webhook: {url: 'https://a.example', secret: hush}}]}\n", "6:71: warning[W322]", "${env:NAME}"},
    {"a webhook by ftp", "audit: {sinks: [{name: a, webhook: {url: 'ftp://a.example', secret: '${env:PATH}'}}]}\n", "6:42: error[E123]", "https://"},
    {"a table with a quote", "audit: {sinks: [{name: a, postgresql: {connection: '${env:PATH}', table: 'a\"; drop'}}]}\n", "6:74: error[E122]", "table's name"},
    {"a broker without a port", "audit: {sinks: [{name: a, kafka: {brokers: [k.example], topic: t}}]}\n", "6:45: error[E122]", "broker"},
    {"a user without a password", "audit: {sinks: [{name: a, kafka: {brokers: ['k.example:1'], topic: t, user: u}}]}\n", "6:34: error[E117]", "belong together"},
    {"a key in clear", "audit: {sinks: [{name: a, otlp: {url: 'http://c.example', bearer: '${env:PATH}'}}]}\n", "6:39: warning[W324]", "use https"},
};

TEST(sinks, tell_where_and_what_is_wrong) { EXPECT_EQ(test::expect_one_problem_each(head, files), 18U); }

TEST(sinks, never_tell_a_secret) {
  problems found;
  load_text(std::string(head) + "audit: {sinks: [{name: a, webhook: {url: 'sk-hush', secret: \"sk-hush\\n\"}}, "
                                "{name: b, otlp: {url: 'https://sk-hush@x', bearer: 'sk-hush'}}]}\n", "f.yaml", found);
  EXPECT_GE(found.size(), 3U);
  for (const auto& p : found) EXPECT_EQ(to_string(p).find("hush"), std::string::npos) << to_string(p);
}

}  // namespace
}  // namespace stoplog::config
