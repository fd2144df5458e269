#include "config/settings.hpp"

#include "config/address.hpp"
#include "config/load.hpp"
#include "config/reach.hpp"
#include "support/folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace stoplog::config {
namespace {

std::string lines(const problems& found) {
  std::string all;
  for (const auto& p : found) all += to_string(p) + "\n";
  return all;
}

constexpr std::string_view least = R"(apiVersion: stoplog/v1
kind: Settings
listeners: [{address: 127.0.0.1:8080}]
upstreams: [{name: u, url: 'https://api.example.com'}]
routes: [{name: r, upstream: u}]
)";

settings read(std::string_view yaml, const std::string& file = "conf/stoplog.yaml") {
  problems found;
  auto all = load_text(yaml, file, found);
  EXPECT_TRUE(found.empty()) << lines(found);
  return all.settings_files.empty() ? settings{} : all.settings_files.front();
}

TEST(settings, keep_the_defaults_of_their_values) {
  const settings s = read(least);
  EXPECT_EQ(s.admin.host, "127.0.0.1");
  EXPECT_EQ(s.admin.port, 9090);
  EXPECT_EQ(s.workers, 0U);
  EXPECT_EQ(s.limits.body_bytes, 10U * 1024 * 1024);
  EXPECT_EQ(s.limits.json_depth, 64U);
  EXPECT_EQ(s.deadlines.drain, 30s);
  EXPECT_EQ(s.policies, "conf/policies");
  EXPECT_EQ(s.rules, "conf/rules");
  EXPECT_EQ(s.audit.directory, "conf/var/audit");
  EXPECT_EQ(s.file, "conf/stoplog.yaml");
  EXPECT_EQ(s.routes[0].path, "/v1");
  EXPECT_EQ(s.routes[0].place.line, 5U);
  EXPECT_EQ(s.upstreams[0].connections, 256U);
  EXPECT_EQ(s.upstreams[0].deadlines.total, 10min);
  EXPECT_TRUE(s.upstreams[0].bearer.empty());
}

TEST(settings, are_read_key_by_key) {
  const test::folder here;
  here.write("key.txt", "sk-from-a-file\n");
  ::setenv("STOPLOG_TEST_HOST", "api.example.com", 1);
  const settings s = read(R"(apiVersion: stoplog/v1
kind: Settings
listeners:
  - {address: '[::1]:8443', tls: {certificate: c.pem, key: /k.pem, client_ca: ../ca.pem}}
  - {address: 0.0.0.0:0}
admin: {address: 0.0.0.0:9091, remote: true}
workers: 3
upstreams:
  - name: u
    url: https://${env:STOPLOG_TEST_HOST}:8443/base/v2
    credentials: {bearer: '${file:)" + (here.path() / "key.txt").string() + R"(}'}
    tls: {ca: ca, server_name: other.example.com}
    deadlines: {connect: 500ms, first_byte: 5s, stream_idle: 1m, total: 1h}
    limits: {connections: 7}
  - {name: w, url: 'http://[::1]:9000/'}
routes:
  - {name: a, path: /v1/chat, models: ["gpt-*"], upstream: u}
  - {name: b, path: /, upstream: w}
clients:
  - {key_id: k, key_hash: 'sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', team: t, routes: [a, b]}
policies: p
rules: /r
limits: {header_bytes: 32KiB, body_bytes: 1GiB, json_depth: 8, event_bytes: 2048B, stream_bytes: 1MiB, held_bytes: 1KiB, channels: 1, connections: 2}
deadlines: {header: 1ms, body: 2s, client_write: 3s, keep_alive: 4s, drain: 5s}
audit: {directory: a, index: sqlite}
log: {level: warning, format: json}
)");
  ASSERT_EQ(s.listeners.size(), 2U);
  EXPECT_EQ(s.listeners[0].address.host, "::1");
  EXPECT_EQ(s.listeners[0].tls->certificate, "conf/c.pem");
  EXPECT_EQ(s.listeners[0].tls->key, "/k.pem");
  EXPECT_EQ(s.listeners[0].tls->client_ca, "ca.pem");
  EXPECT_EQ(s.listeners[1].address.port, 0);
  EXPECT_EQ(s.admin.port, 9091);
  EXPECT_EQ(s.workers, 3U);
  const upstream& u = s.upstreams[0];
  EXPECT_TRUE(u.https);
  EXPECT_EQ(u.address.host, "api.example.com");
  EXPECT_EQ(u.address.port, 8443);
  EXPECT_EQ(u.base_path, "/base/v2");
  EXPECT_EQ(u.bearer, "sk-from-a-file");
  EXPECT_EQ(u.tls.server_name, "other.example.com");
  EXPECT_EQ(u.deadlines.connect, 500ms);
  EXPECT_EQ(u.deadlines.total, 1h);
  EXPECT_EQ(u.connections, 7U);
  EXPECT_EQ(s.upstreams[1].address.host, "::1");
  EXPECT_EQ(s.upstreams[1].base_path, "");
  EXPECT_EQ(s.clients[0].key_sha256.size(), 64U);
  EXPECT_EQ(s.clients[0].team, "t");
  EXPECT_EQ(s.rules, "/r");
  EXPECT_EQ(s.limits.event_bytes, 2048U);
  EXPECT_EQ(s.limits.connections, 2U);
  EXPECT_EQ(s.deadlines.header, 1ms);
  EXPECT_EQ(s.log.level, log_level::warning);
}

TEST(settings, load_from_a_file_or_not_at_all) {
  const test::folder here;
  problems found;
  EXPECT_TRUE(load_settings(here.write("a.yaml", least), found));
  EXPECT_TRUE(found.empty());
  EXPECT_FALSE(load_settings(here.write("b.yaml", "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: a, version: 1.0.0}\nuse: [{pack: p}]\n"), found));
  EXPECT_EQ(found.back().code, "E110");
  EXPECT_FALSE(load_settings(here.path() / "none.yaml", found));
  EXPECT_EQ(found.back().code, "E100");
}

TEST(address, is_numeric_to_listen_on) {
  std::size_t ran = 0;
  for (const char* good : {"127.0.0.1:8080", "0.0.0.0:0", "255.255.255.255:65535", "[::]:1", "[::1]:8080", "[fe80::1:2]:80",
                           "[1:2:3:4:5:6:7:8]:1", "[::ffff:1.2.3.4]:1", "[1::]:9"}) {
    ++ran;
    EXPECT_TRUE(parse_listen_address(good)) << good;
  }
  for (const char* bad : {"", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:080", "127.0.0.1:-1", "127.0.0.1:+1",
                          "256.0.0.1:1", "1.2.3:1", "1.2.3.4.5:1", "01.2.3.4:1", "localhost:1", "::1:8080", "[::1]", "[::1]8080", "[::1:1",
                          "[1:2:3:4:5:6:7]:1", "[1:2:3:4:5:6:7:8:9]:1", "[1::2::3]:1", "[12345::]:1", "[g::]:1", "[1.2.3.4]:1",
                          "[::1.2.3.4:1]:1", "[:1:2:3:4:5:6:7]:1", "[1:2:3:4:5:6:7:8::]:1", "127.0.0.1:1 ", " 127.0.0.1:1"}) {
    ++ran;
    EXPECT_FALSE(parse_listen_address(bad)) << bad;
  }
  EXPECT_EQ(ran, 37U);
}

TEST(address, of_an_upstream_is_a_plain_url) {
  struct {
    const char *url, *host;
    std::uint16_t port;
    const char* base;
  } const good[] = {
      {"https://a.example", "a.example", 443, ""},   {"http://a.example", "a.example", 80, ""},
      {"http://a.example/", "a.example", 80, ""},    {"https://a-b.c_d.example:8/x/y", "a-b.c_d.example", 8, "/x/y"},
      {"http://10.0.0.1:80", "10.0.0.1", 80, ""},    {"http://[2001:db8::1]:80/v", "2001:db8::1", 80, "/v"},
      {"http://service", "service", 80, ""},
  };
  std::size_t ran = 0;
  for (const auto& c : good) {
    ++ran;
    const auto url = parse_upstream_url(c.url);
    ASSERT_TRUE(url) << c.url;
    EXPECT_EQ(url->address.host, c.host);
    EXPECT_EQ(url->address.port, c.port);
    EXPECT_EQ(url->base_path, c.base);
  }
  for (const char* bad : {"", "a.example", "ftp://a", "HTTP://a", "https://", "https:///x", "https://a:0", "https://a:", "https://a:x",
                          "https://u@a", "https://u:p@a", "https://a?x", "https://a/#x", "https://a/x?y", "https://a/../x", "https://a//x",
                          "https://a/x/", "https://a/%2e%2e", "https://a b", "https://a\n", "https://[::1", "https://.a", "https://a..b"}) {
    ++ran;
    EXPECT_FALSE(parse_upstream_url(bad)) << bad;
  }
  EXPECT_EQ(ran, 30U);
}

std::shared_ptr<const policy::policy_set> policies_for(std::vector<policy::selector> whom) {
  policy::policy p;
  p.name = "p";
  p.version = "1.0.0";
  p.applies_to = std::move(whom);
  p.place = {"p.yaml", 1, 1};
  problems found;
  return policy::policy_set::compile({}, {p}, "0123456789abcdef", found);
}

TEST(reach, demands_a_policy_for_every_route) {
  settings s = read(least);
  s.routes = {{"chat-eu", "/v1", {}, "u", {}, {"f", 5, 1}}, {"chat-us", "/v1", {"gpt-4", "o3"}, "u", {}, {"f", 6, 1}}};
  s.clients = {{"k", std::string(64, '0'), "sales", {}}};
  struct {
    const char* name;
    std::vector<policy::selector> whom;
    const char* codes;
  } const cases[] = {
      {"fallback", {}, ""},
      {"all by a star", {{{"chat-*"}, {}, {}, {}, {}}}, ""},
      {"one of two", {{{"chat-eu"}, {}, {}, {}, {}}}, "E505 "},
      {"one each", {{{"chat-eu"}, {}, {}, {}, {}}, {{"chat-us"}, {}, {}, {}, {}}}, ""},
      {"a team only", {{{"chat-*"}, {"sales"}, {}, {}, {}}}, "E505 E505 "},
      {"a key only", {{{}, {}, {"k"}, {}, {}}}, "E505 E505 "},
      {"the models of one", {{{}, {}, {}, {"gpt-4", "o3"}, {}}}, "E505 "},
      {"some models", {{{}, {}, {}, {"gpt-4"}, {}}}, "E505 E505 "},
      {"a route that is not there", {{{"chat-*"}, {}, {}, {}, {}}, {{"chat-uk"}, {}, {}, {}, {}}}, "W325 "},
      {"a team that is not there", {{{"chat-*"}, {}, {}, {}, {}}, {{}, {"sale"}, {}, {}, {}}}, "W326 "},
  };
  std::size_t ran = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ++ran;
    const auto set = policies_for(c.whom);
    ASSERT_NE(set, nullptr);
    problems found;
    check_policies_reach(s, *set, found);
    std::string codes;
    for (const auto& p : found) codes += p.code + ' ';
    EXPECT_EQ(codes, c.codes) << lines(found);
  }
  EXPECT_EQ(ran, 10U);
}

TEST(reach, demands_of_the_settings_what_a_policy_says_of_its_records) {
  using policy::capture;
  struct {
    const char* name;
    policy::capturing capture;
    policy::auditing audit;
    bool responders, spool;
    const char* codes;
  } const cases[] = {
      {"nothing", {}, {}, false, false, ""},
      {"a hash and excerpts need no key", {capture::hash, capture::excerpt, 0}, {}, false, false, ""},
      {"texts need one", {capture::redacted, capture::full, 0}, {}, false, false, "E507 E507 "},
      {"and have one", {capture::redacted, capture::full, 0}, {}, true, false, ""},
      {"spooling needs a place", {}, {policy::on_write_failure::spool, {}, {}}, false, false, "E508 "},
      {"and has one", {}, {policy::on_write_failure::spool, {}, {}}, false, true, ""},
      {"longer than the settings keep", {}, {policy::on_write_failure::block, 48h, {}}, false, false, "E509 "},
      {"as long", {}, {policy::on_write_failure::block, 24h, {}}, false, false, ""},
  };
  std::size_t ran = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ++ran;
    settings s = read(least);
    s.audit.keep_for = 24h;
    if (c.responders) s.audit.content.responders = {"responder.pub"};
    if (c.spool) s.audit.spool.directory = "spool";
    policy::policy p;
    p.name = "p";
    p.version = "1.0.0";
    p.capture = c.capture;
    p.audit = c.audit;
    p.said["capture.default"] = {"p.yaml", 7, 20};
    problems found;
    const auto set = policy::policy_set::compile({}, {p}, "0123456789abcdef", found);
    ASSERT_NE(set, nullptr);
    problems told;
    check_policies_reach(s, *set, told);
    std::string codes;
    for (const auto& each : told) codes += each.code + ' ';
    EXPECT_EQ(codes, c.codes) << lines(told);
    if (codes.starts_with("E507")) EXPECT_EQ(told.front().place.line, 7U);
  }
  EXPECT_EQ(ran, 8U);
}

TEST(reach, is_by_whole_segments) {
  EXPECT_TRUE(is_below("/v1", "/v1"));
  EXPECT_TRUE(is_below("/v1/chat", "/v1"));
  EXPECT_FALSE(is_below("/v10", "/v1"));
  EXPECT_FALSE(is_below("/v", "/v1"));
  EXPECT_TRUE(is_below("/anything", "/"));
}

}  // namespace
}  // namespace stoplog::config
