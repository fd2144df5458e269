#include "dialect/endpoint.hpp"

#include <gtest/gtest.h>

namespace stoplog::dialect {
namespace {

TEST(endpoint, knows_what_is_covered_and_nothing_else) {
  struct { const char* method; const char* path; const char* name; bool known; } const cases[] = {
      {"POST", "/chat/completions", "chat_completions", true}, {"GET", "/models", "models", true}, {"GET", "/models/gpt-4.1-mini", "models", true},
      {"GET", "/models/ft:gpt:org", "models", true}, {"GET", "/chat/completions", nullptr, true}, {"POST", "/models", nullptr, true},
      {"DELETE", "/models/x", nullptr, true}, {"post", "/chat/completions", nullptr, true}, {"POST", "/chat/completions/", nullptr, false},
      {"POST", "/Chat/completions", nullptr, false}, {"POST", "/chat/completions?x", nullptr, false}, {"GET", "/models/", nullptr, false},
      {"GET", "/models/..", nullptr, false}, {"GET", "/models/a/b", nullptr, false}, {"GET", "/models/a%2Fb", nullptr, false}, {"GET", "/models/.", nullptr, false},
      {"POST", "/completions", "completions", true}, {"POST", "/responses", "responses", true}, {"GET", "/responses/resp_1", "responses_stored", true},
      {"DELETE", "/responses/resp_1", nullptr, true}, {"POST", "/responses/resp_1", nullptr, true}, {"POST", "/responses/resp_1/cancel", nullptr, false},
      {"GET", "/responses/resp_1/input_items", nullptr, false}, {"GET", "/responses", nullptr, true}, {"GET", "/responses/..", nullptr, false},
      {"POST", "/responses/input_tokens", nullptr, true}, {"POST", "/responses/compact", nullptr, true},
      {"POST", "/embeddings", "embeddings", true}, {"POST", "/moderations", "moderations", true}, {"POST", "/files", nullptr, false},
      {"POST", "/batches", nullptr, false}, {"POST", "", nullptr, false}, {"POST", "/", nullptr, false},
  };
  for (const auto& c : cases) {
    bool known = !c.known;
    const endpoint* found = find_endpoint(c.method, c.path, known);
    EXPECT_EQ(found != nullptr, c.name != nullptr) << c.method << " " << c.path;
    if (found != nullptr && c.name != nullptr) EXPECT_EQ(found->name, c.name);
    EXPECT_EQ(known, c.known) << c.path;
  }
  EXPECT_EQ(std::size(cases), 33U);
  bool known = false;
  EXPECT_NE(find_endpoint("POST", "/chat/completions", known)->scans, nullptr);
  EXPECT_EQ(find_endpoint("GET", "/models", known)->scans->name(), "models");
}

TEST(endpoint, the_table_is_whole) {
  for (const endpoint& e : endpoints()) {
    EXPECT_TRUE(e.method == "GET" || e.method == "POST") << e.path;
    EXPECT_TRUE(e.path.starts_with('/') && !e.name.empty() && (e.error_object == nullptr) == (e.name == "models")) << e.path;
    if (e.scans == nullptr) continue;
    EXPECT_FALSE(e.scans->answer_shape().table.empty()) << e.path;
    if (e.scans->streams()) EXPECT_NE(e.scans->open_stream({}), nullptr) << e.path;
  }
}

TEST(endpoint, takes_only_plain_parameters_that_it_knows) {
  constexpr std::string_view names[] = {"include[]", "stream"};
  const endpoint e{"GET", "/x", "x", nullptr, nullptr, names};
  for (const char* good : {"stream=true", "stream=", "include[]=a.b&include[]=c", "include[]=a&stream=false&include[]=b"}) EXPECT_TRUE(takes_query(e, good)) << good;
  for (const char* bad : {"", "&", "stream", "=", "stream=true&", "&stream=true", "stream=1&stream=0", "other=1", "Stream=1", "stream=a%20b", "stream=a+b",
                          "stream=a/b", "stream=a=b", "include=a", "include[]", "stream=\"", "stream=true#x", "stream=\xC3\xA9", "include%5B%5D=a"}) {
    EXPECT_FALSE(takes_query(e, bad)) << bad;
  }
  EXPECT_FALSE(takes_query({"GET", "/x", "x", nullptr, nullptr}, "stream=true"));
}

TEST(endpoint, writes_openai_s_error_object) {
  EXPECT_EQ(to_json({403, "policy_violation", "a.b", "No \"x\"", "id-1"}, nullptr),
            R"({"error":{"message":"No \"x\"","type":"policy_violation","param":null,"code":"a.b","decision_id":"id-1"}})");
  EXPECT_EQ(to_json({500, "api_error", "c", "m", {}}, &endpoints()[0]), R"({"error":{"message":"m","type":"api_error","param":null,"code":"c"}})");
}

// What both vendors have, and what nobody has, is told in the client's words; the rest in the endpoint's, whoever asks.
TEST(endpoint, errors_of_what_several_vendors_have_are_in_the_client_s_shape) {
  const error_body body{404, "invalid_request_error", "c", "m", {}};
  const std::string anthropic = R"({"type":"error","error":{"type":"not_found_error","message":"m","code":"c"}})";
  const std::string openai = R"({"error":{"message":"m","type":"invalid_request_error","param":null,"code":"c"}})";
  int asked = 0;
  for (const endpoint& e : endpoints()) {
    const bool shared = e.name == "models";
    const bool messages = e.path.starts_with("/messages");
    EXPECT_EQ(to_json(body, &e, false), messages ? anthropic : openai) << e.path;
    EXPECT_EQ(to_json(body, &e, true), messages || shared ? anthropic : openai) << e.path;
    ++asked;
  }
  EXPECT_EQ(to_json(body, nullptr, true), anthropic);
  EXPECT_EQ(asked, 10);
}

}  // namespace
}  // namespace stoplog::dialect
