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
      {"POST", "/completions", nullptr, false}, {"POST", "/responses", nullptr, false}, {"POST", "/embeddings", nullptr, false}, {"POST", "/files", nullptr, false},
      {"POST", "/batches", nullptr, false}, {"POST", "", nullptr, false}, {"POST", "/", nullptr, false},
  };
  for (const auto& c : cases) {
    bool known = !c.known;
    const endpoint* found = find_endpoint(c.method, c.path, known);
    EXPECT_EQ(found != nullptr, c.name != nullptr) << c.method << " " << c.path;
    if (found != nullptr && c.name != nullptr) EXPECT_EQ(found->name, c.name);
    EXPECT_EQ(known, c.known) << c.path;
  }
  EXPECT_EQ(std::size(cases), 23U);
  bool known = false;
  EXPECT_NE(find_endpoint("POST", "/chat/completions", known)->scans, nullptr);
  EXPECT_EQ(find_endpoint("GET", "/models", known)->scans, nullptr);
}

TEST(endpoint, writes_openai_s_error_object) {
  EXPECT_EQ(to_json({"policy_violation", "a.b", "No \"x\"", "id-1"}),
            R"({"error":{"message":"No \"x\"","type":"policy_violation","param":null,"code":"a.b","decision_id":"id-1"}})");
  EXPECT_EQ(to_json({"api_error", "c", "m", {}}), R"({"error":{"message":"m","type":"api_error","param":null,"code":"c"}})");
}

}  // namespace
}  // namespace stoplog::dialect
