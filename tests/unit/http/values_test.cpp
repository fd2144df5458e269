// The parts of http that are values in, values out.
#include "http/forwarding.hpp"
#include "http/reply.hpp"
#include "http/router.hpp"

#include <gtest/gtest.h>

namespace stoplog::http {
namespace {

config::settings settings_with_clients() {
  config::settings s;
  s.routes = {{"eu", "/v1", {"gpt-*"}, "a"}, {"rest", "/v1", {}, "b"}, {"other", "/other", {}, "c"}};
  s.clients = {{"one", std::string(64, '0'), "support", {"eu"}}};
  return s;
}

TEST(Router, TakesTheFirstRouteThatFits) {
  const auto s = settings_with_clients();
  const router r(s);
  EXPECT_EQ(r.endpoint_path("/v1/chat/completions"), "/chat/completions");
  EXPECT_EQ(r.endpoint_path("/other"), "");
  EXPECT_EQ(r.endpoint_path("/v1x/chat"), std::nullopt);
  EXPECT_EQ((*r.select("/v1/x", "gpt-5", nullptr))->name, "eu");
  EXPECT_EQ((*r.select("/v1/x", "llama", nullptr))->name, "rest");
  EXPECT_EQ((*r.select("/v1/x", "", nullptr))->name, "eu");
  EXPECT_EQ((*r.select("/other/x", "llama", nullptr))->name, "other");
  EXPECT_EQ(r.select("/nowhere", "llama", nullptr).error().code, errc::no_route);
}

TEST(Router, AClientHasItsOwnRoutes) {
  const auto s = settings_with_clients();
  const router r(s);
  EXPECT_EQ((*r.select("/v1/x", "gpt-5", &s.clients[0]))->name, "eu");
  EXPECT_EQ(r.select("/v1/x", "llama", &s.clients[0]).error().code, errc::no_route);
}

TEST(Router, KeysAreKnownByTheirDigest) {
  config::settings s;
  const router open(s);
  EXPECT_EQ(*open.authenticate({}), nullptr);
  // printf secret | sha256sum
  s.clients = {{"one", "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", "", {}}};
  const router closed(s);
  const auto with = [](std::vector<field> fields) {
    message_head head;
    head.fields = std::move(fields);
    return head;
  };
  EXPECT_EQ((*closed.authenticate(with({{"Authorization", "Bearer secret"}})))->key_id, "one");
  EXPECT_EQ((*closed.authenticate(with({{"X-Api-Key", "secret"}})))->key_id, "one");
  EXPECT_EQ((*closed.authenticate(with({{"x-api-key", "secret"}, {"authorization", "Bearer secret"}})))->key_id, "one");
  for (const char* wrong : {"", "Bearer ", "Bearer Secret", "bearer secret", "Basic secret", "Bearer secret "}) {
    EXPECT_EQ(closed.authenticate(with({{"Authorization", wrong}})).error().code, errc::unknown_key) << wrong;
    EXPECT_EQ(closed.authenticate(with({{"X-Api-Key", wrong}})).error().code, errc::unknown_key) << wrong;
    EXPECT_EQ(closed.authenticate(with({{"X-Api-Key", "secret"}, {"Authorization", wrong}})).error().code, errc::unknown_key) << wrong;
  }
  EXPECT_FALSE(closed.authenticate(with({})));
  EXPECT_FALSE(closed.authenticate(with({{"X-Api-Key", "secret"}, {"X-Api-Key", "secret"}})));
  // printf other | sha256sum
  s.clients.push_back({"two", "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa", "", {}});
  const router both(s);
  EXPECT_EQ((*both.authenticate(with({{"X-Api-Key", "other"}})))->key_id, "two");
  EXPECT_FALSE(both.authenticate(with({{"X-Api-Key", "other"}, {"Authorization", "Bearer secret"}})));
}

message_head request() {
  message_head head;
  head.method = "POST";
  head.target = "/v1/chat/completions";
  head.fields = {{"Host", "proxy.example"},        {"Authorization", "Bearer client-key"},
                 {"Content-Type", "application/json"}, {"X-Forwarded-For", "10.0.0.1"},
                 {"Accept-Encoding", "gzip"},       {"OpenAI-Beta", "x"},
                 {"Connection", "keep-alive, OpenAI-Beta"}, {"Cookie", "a=b"}};
  return head;
}

config::upstream upstream() {
  config::upstream to;
  to.address = {"api.example", 8443};
  to.https = true;
  to.base_path = "/prefix";
  return to;
}

TEST(Forwarding, OnlyListedHeadersPassFramedAnew) {
  const std::string out = upstream_request(request(), upstream(), "{}", true);
  EXPECT_EQ(out,
            "POST /prefix/v1/chat/completions HTTP/1.1\r\n"
            "host: api.example:8443\r\n"
            "Content-Type: application/json\r\n"
            "authorization: Bearer client-key\r\n"
            "accept-encoding: identity\r\n"
            "content-length: 2\r\n\r\n{}");
}

TEST(Forwarding, TheUpstreamsOwnCredentialsReplaceTheClients) {
  auto to = upstream();
  to.bearer = "upstream-key";
  const std::string out = upstream_request(request(), to, "{}", true);
  EXPECT_NE(out.find("authorization: Bearer upstream-key\r\n"), std::string::npos);
  EXPECT_EQ(out.find("client-key"), std::string::npos);
}

TEST(Forwarding, AnthropicsKeyAndHeadersPass) {
  message_head asked = request();
  asked.fields.push_back({"X-Api-Key", "anthropic-key"});
  asked.fields.push_back({"anthropic-version", "2023-06-01"});
  asked.fields.push_back({"anthropic-beta", "b-1"});
  std::string out = upstream_request(asked, upstream(), "{}", true);
  for (const char* line : {"x-api-key: anthropic-key\r\n", "anthropic-version: 2023-06-01\r\n", "anthropic-beta: b-1\r\n"}) {
    EXPECT_NE(out.find(line), std::string::npos) << out;
  }
  auto to = upstream();
  to.api_key = "upstream-key";
  out = upstream_request(asked, to, "{}", true);
  EXPECT_NE(out.find("x-api-key: upstream-key\r\n"), std::string::npos);
  EXPECT_EQ(out.find("anthropic-key"), std::string::npos);
  EXPECT_EQ(out.find("authorization"), std::string::npos);
}

TEST(Forwarding, AKeyOfTheProxysOwnClientsNeverGoesUpstream) {
  message_head asked = request();
  asked.fields.push_back({"X-Api-Key", "client-key"});
  EXPECT_EQ(upstream_request(asked, upstream(), "{}", false).find("client-key"), std::string::npos);
}

TEST(Forwarding, AnswersPassTheirListedHeaders) {
  message_head head;
  head.fields = {{"X-RateLimit-Remaining-Tokens", "7"}, {"Set-Cookie", "a"}, {"x-request-id", "r"}, {"Server", "s"}};
  const auto passed = answer_headers(head);
  ASSERT_EQ(passed.size(), 2U);
  EXPECT_EQ(passed[0].value, "7");
  EXPECT_EQ(passed[1].value, "r");
}

TEST(Reply, IsWholeAndCannotBeSplit) {
  EXPECT_EQ(make_reply(403, "application/json", "{}", {{"x-a", "b"}}, true),
            "HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\nx-a: b\r\nconnection: close\r\n"
            "content-length: 2\r\n\r\n{}");
  EXPECT_THROW(make_reply(200, "text/plain", "", {{"x-a", "b\r\nc: d"}}, false), contract_violation);
}

TEST(Reply, AChunkOfNothingWouldEndTheBody) {
  std::string out;
  append_chunk(out, "");
  EXPECT_EQ(out, "");
  append_chunk(out, std::string(17, 'x'));
  EXPECT_EQ(out, "11\r\n" + std::string(17, 'x') + "\r\n");
}

TEST(Reply, EveryErrorHasAStatusATypeAndASentence) {
  int codes = 0;
  for (int i = 0; i <= static_cast<int>(errc::client_gone); ++i, ++codes) {
    const auto code = static_cast<errc>(i);
    EXPECT_NE(to_string(code), "unknown");
    EXPECT_GE(status_of(code), 400);
    EXPECT_LT(status_of(code), 600);
    EXPECT_FALSE(error_type_of(code).empty());
    EXPECT_NE(sentence_for(code), "Internal error");
  }
  EXPECT_EQ(codes, 24);
}

}  // namespace
}  // namespace stoplog::http
