#include "bad_file.hpp"

namespace stoplog {
namespace {

constexpr std::string_view head =
    "apiVersion: stoplog/v1\nkind: Settings\n"
    "listeners: [{address: 127.0.0.1:8080}]\n"
    "upstreams: [{name: u, url: 'https://api.example.com'}]\n"
    "routes: [{name: r, upstream: u}]\n";

// Each case goes on in line 6.
constexpr test::bad_file files[] = {
    {"unknown key", "limit: {}\n", "6:1: error[E104]", "did you mean \"limits\"?"},
    {"size with a space", "limits: {body_bytes: 10 MiB}\n", "6:22: error[E113]", "64KiB"},
    {"size in kB", "limits: {body_bytes: 10kB}\n", "6:22: error[E113]", "KiB"},
    {"size without a unit", "limits: {body_bytes: 10485760}\n", "6:22: error[E113]", "not a size"},
    {"size with a fraction", "limits: {body_bytes: 1.5MiB}\n", "6:22: error[E113]", "whole number"},
    {"size too large", "limits: {header_bytes: 2MiB}\n", "6:24: error[E113]", "from 1KiB to 1MiB"},
    {"size beyond numbers", "limits: {header_bytes: 99999999999999999999GiB}\n", "6:24: error[E113]", "not a size"},
    {"size that wraps", "limits: {header_bytes: 17179869184GiB}\n", "6:24: error[E113]", "not a size"},
    {"depth zero", "limits: {json_depth: 0}\n", "6:22: error[E111]", "8 to 512"},
    {"depth negative", "limits: {json_depth: -1}\n", "6:22: error[E111]", "whole number"},
    {"depth in hexadecimal", "limits: {json_depth: 0x40}\n", "6:22: error[E111]", "whole number"},
    {"duration without a unit", "deadlines: {header: 10}\n", "6:21: error[E112]", "10s"},
    {"duration in words", "deadlines: {header: 10 sec}\n", "6:21: error[E112]", "not a duration"},
    {"duration with a fraction", "deadlines: {header: 1.5s}\n", "6:21: error[E112]", "not a duration"},
    {"duration zero", "deadlines: {header: 0s}\n", "6:21: error[E112]", "from 1ms to 1h"},
    {"duration too long", "deadlines: {header: 2h}\n", "6:21: error[E112]", "from 1ms to 1h"},
    {"workers", "workers: many\n", "6:10: error[E111]", "1 to 1024"},
    {"log level", "log: {level: warn}\n", "6:14: error[E110]", "warning"},
    {"log format", "log: {format: text}\n", "6:15: error[E110]", "json"},
    {"index", "audit: {index: postgres}\n", "6:16: error[E110]", "sqlite"},
    {"yes", "admin: {address: 127.0.0.1:9090, remote: yes}\n", "6:42: error[E114]", "write true"},
    {"off", "admin: {address: 127.0.0.1:9090, remote: off}\n", "6:42: error[E114]", "write false"},
    {"True", "admin: {address: 127.0.0.1:9090, remote: True}\n", "6:42: error[E114]", "write true"},
    {"admin open to all", "admin: {address: 0.0.0.0:9090}\n", "6:18: warning[W321]", "remote: true"},
    {"admin by name", "admin: {address: localhost:9090}\n", "6:18: error[E122]", "numeric"},
    {"admin without a port", "admin: {address: 127.0.0.1}\n", "6:18: error[E122]", "127.0.0.1:8080"},
    {"admin with a wide port", "admin: {address: 127.0.0.1:70000}\n", "6:18: error[E122]", "port"},
    {"substitution in a path", "policies: ${env:HOME}/policies\n", "6:11: error[E120]", "write the value out"},
    {"client without a hash", "clients: [{key_id: a}]\n", "6:11: error[E106]", "\"key_hash\" is missing"},
    {"client with a key for a hash", "clients: [{key_id: a, key_hash: sk-secret}]\n", "6:33: error[E124]", "sha256:"},
    {"client of another route", "clients: [{key_id: a, key_hash: 'sha256:0000000000000000000000000000000000000000000000000000000000000000', routes: [q]}]\n", "6:117: error[E504]", "no route is named \"q\""},
};

TEST(bad_settings, tells_where_and_what) { EXPECT_EQ(test::expect_one_problem_each(head, files), 31U); }

constexpr test::bad_file ways[] = {
    {"no listener", "upstreams: [{name: u, url: 'http://127.0.0.1:1'}]\nroutes: [{name: r, upstream: u}]\n", "1:1: error[E106]", "\"listeners\" is missing"},
    {"empty listeners", "listeners: []\nupstreams: [{name: u, url: 'http://127.0.0.1:1'}]\nroutes: [{name: r, upstream: u}]\n", "3:12: error[E109]", "empty list"},
    {"one listener twice", "listeners: [{address: '127.0.0.1:1'}, {address: '127.0.0.1:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1'}]\nroutes: [{name: r, upstream: u}]\n", "3:49: error[E502]", "two listeners"},
    {"no such upstream", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: openai, url: 'http://127.0.0.1:1'}]\nroutes: [{name: r, upstream: opneai}]\n", "5:30: error[E501]", "did you mean \"openai\"?"},
    {"one upstream twice", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1'}, {name: u, url: 'http://127.0.0.1:2'}]\nroutes: [{name: r, upstream: u}]\n", "4:58: error[E502]", "stands twice"},
    {"one route twice", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1'}]\nroutes: [{name: r, path: /a, upstream: u}, {name: r, upstream: u}]\n", "5:51: error[E502]", "stands twice"},
    {"a route that is hidden", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1'}]\nroutes: [{name: r, upstream: u}, {name: s, path: /v1/chat, models: [m], upstream: u}]\n", "5:34: warning[W323]", "\"r\" above"},
    {"a relative path", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1'}]\nroutes: [{name: r, path: v1, upstream: u}]\n", "5:26: error[E122]", "begins with /"},
    {"a path that climbs", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1'}]\nroutes: [{name: r, path: /v1/../x, upstream: u}]\n", "5:26: error[E122]", "not a path"},
    {"ftp", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'ftp://127.0.0.1:1'}]\nroutes: [{name: r, upstream: u}]\n", "4:28: error[E123]", "https://"},
    {"a user in a URL", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'https://me:pw@a.example'}]\nroutes: [{name: r, upstream: u}]\n", "4:28: error[E123]", "nothing else"},
    {"a query in a URL", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'https://a.example/?k=v'}]\nroutes: [{name: r, upstream: u}]\n", "4:28: error[E123]", "nothing else"},
    {"tls without https", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1', tls: {server_name: a}}]\nroutes: [{name: r, upstream: u}]\n", "4:55: error[E117]", "https"},
    {"half of tls", "listeners: [{address: '[::1]:1', tls: {key: k.pem}}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1'}]\nroutes: [{name: r, upstream: u}]\n", "3:39: error[E106]", "\"certificate\" is missing"},
    {"a secret in the file", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1', credentials: {bearer: sk-not-a-key}}]\nroutes: [{name: r, upstream: u}]\n", "4:72: warning[W322]", "${env:NAME}"},
    {"two keys", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1', credentials: {bearer: '${env:PATH}', api_key: '${env:PATH}'}}]\nroutes: [{name: r, upstream: u}]\n", "4:63: error[E117]", "one key"},
    {"no key", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1', credentials: {}}]\nroutes: [{name: r, upstream: u}]\n", "4:63: error[E117]", "one key"},
    {"a secret with a line break", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1', credentials: {bearer: \"sk-not\\na-key\"}}]\nroutes: [{name: r, upstream: u}]\n", "4:72: error[E124]", "HTTP header"},
    {"an unset variable", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1', credentials: {bearer: '${env:STOPLOG_TEST_UNSET}'}}]\nroutes: [{name: r, upstream: u}]\n", "4:72: error[E121]", "STOPLOG_TEST_UNSET is not set"},
    {"another substitution", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1', credentials: {bearer: '${vault:x}'}}]\nroutes: [{name: r, upstream: u}]\n", "4:72: error[E120]", "${file:/path}"},
    {"a file from somewhere", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1', credentials: {bearer: '${file:key}'}}]\nroutes: [{name: r, upstream: u}]\n", "4:72: error[E120]", "from the root"},
    {"a file that is not there", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1', credentials: {bearer: '${file:/no/such/file}'}}]\nroutes: [{name: r, upstream: u}]\n", "4:72: error[E121]", "cannot be read"},
    {"an open substitution", "listeners: [{address: '[::1]:1'}]\nupstreams: [{name: u, url: 'http://127.0.0.1:1', credentials: {bearer: '${env:X'}}]\nroutes: [{name: r, upstream: u}]\n", "4:72: error[E120]", "without }"},
};

TEST(bad_settings, tells_wrong_ways) { EXPECT_EQ(test::expect_one_problem_each("apiVersion: stoplog/v1\nkind: Settings\n", ways), 23U); }

// Each case is the route's list.
constexpr std::string_view before_opaque =
    "apiVersion: stoplog/v1\nkind: Settings\nlisteners: [{address: '[::1]:1'}]\n"
    "upstreams: [{name: u, url: 'http://127.0.0.1:1'}]\nroutes:\n- name: r\n  upstream: u\n  opaque:\n";
constexpr test::bad_file opaque[] = {
    {"no reason", "  - {endpoint: POST /v1/audio/speech}\n", "9:5: error[E106]", "\"reason\" is missing"},
    {"no endpoint", "  - {reason: because}\n", "9:5: error[E106]", "\"endpoint\" is missing"},
    {"no method", "  - {endpoint: /v1/audio/speech, reason: r}\n", "9:16: error[E127]", "GET or POST"},
    {"another method", "  - {endpoint: PATCH /v1/x, reason: r}\n", "9:16: error[E127]", "GET or POST"},
    {"a method in lower case", "  - {endpoint: post /v1/x, reason: r}\n", "9:16: error[E127]", "GET or POST"},
    {"two blanks", "  - {endpoint: 'POST  /v1/x', reason: r}\n", "9:16: error[E127]", "one blank"},
    {"a query", "  - {endpoint: 'GET /v1/x?y=z', reason: r}\n", "9:16: error[E127]", "whole path"},
    {"an escape", "  - {endpoint: GET /v1/%78, reason: r}\n", "9:16: error[E127]", "whole path"},
    {"a path that climbs", "  - {endpoint: GET /v1/../x, reason: r}\n", "9:16: error[E127]", "whole path"},
    {"another route's path", "  - {endpoint: POST /v2/x, reason: r}\n", "9:16: error[E127]", "not below the route's path /v1"},
    {"the route's path itself", "  - {endpoint: POST /v1, reason: r}\n", "9:16: error[E127]", "not below"},
    {"chat", "  - {endpoint: POST /v1/chat/completions, reason: r}\n", "9:16: error[E127]", "a dialect scans"},
    {"chat by another method", "  - {endpoint: GET /v1/chat/completions, reason: r}\n", "9:16: error[E127]", "a dialect scans"},
    {"chat in other letters", "  - {endpoint: POST /v1/Chat/Completions, reason: r}\n", "9:16: error[E127]", "a dialect scans"},
    {"chat below a prefix", "  - {endpoint: POST /v1/openai/v1/chat/completions, reason: r}\n", "9:16: error[E127]", "a dialect scans"},
    {"messages", "  - {endpoint: POST /v1/messages, reason: r}\n", "9:16: error[E127]", "a dialect scans"},
    {"a model", "  - {endpoint: GET /v1/models/m, reason: r}\n", "9:16: error[E127]", "a dialect scans"},
    {"twice", "  - {endpoint: POST /v1/x, reason: r}\n  - {endpoint: POST /v1/x, reason: s}\n", "10:16: error[E502]", "stands twice"},
};

TEST(bad_settings, tells_what_cannot_be_opaque) { EXPECT_EQ(test::expect_one_problem_each(before_opaque, opaque), 18U); }

TEST(bad_settings, takes_an_opaque_endpoint) {
  problems found;
  const auto all = config::load_text(std::string(before_opaque) + "  - {endpoint: POST /v1/audio/transcriptions, reason: sound has no text}\n", "f.yaml", found);
  EXPECT_TRUE(found.empty());
  ASSERT_EQ(all.settings_files.size(), 1U);
  const auto& listed = all.settings_files[0].routes[0].opaque;
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].method + listed[0].path + listed[0].reason, "POST/v1/audio/transcriptionssound has no text");
}

TEST(bad_settings, never_tells_a_secret) {
  std::size_t with_secret = 0;
  for (const auto& file : ways) {
    for (const std::string_view secret : {"sk-not-a-key", "sk-not", "me:pw", "k=v"}) {
      if (file.yaml.find(secret) == std::string_view::npos) continue;
      ++with_secret;
      problems found;
      config::load_text("apiVersion: stoplog/v1\nkind: Settings\n" + std::string(file.yaml), "f.yaml", found);
      ASSERT_FALSE(found.empty());
      for (const auto& p : found) EXPECT_EQ(p.message.find(secret), std::string::npos) << to_string(p);
    }
  }
  EXPECT_GE(with_secret, 5U);
}

}  // namespace
}  // namespace stoplog
