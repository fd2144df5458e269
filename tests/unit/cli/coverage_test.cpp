#include "cli/coverage_table.hpp"

#include "dialect/endpoint.hpp"
#include "json/document.hpp"
#include "support/folder.hpp"
#include "unit/cli/run.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace stoplog::cli {
namespace {

TEST(Coverage, ThePageInDocsIsWhatTheProgramPrints) {
  std::ifstream in(std::string(STOPLOG_SOURCE_DIR) + "/docs/coverage.md");
  std::ostringstream page;
  page << in.rdbuf();
  EXPECT_EQ(page.str(), coverage_markdown()) << "stoplog coverage -o markdown > docs/coverage.md";
}

TEST(Coverage, EveryEndpointIsInEveryForm) {
  json::reader reader;
  const std::string text = coverage_json();
  const auto read = reader.read(text);
  ASSERT_TRUE(read.has_value());
  const json::document& d = **read;
  const auto list = d.find(0, "endpoints");
  std::size_t endpoints = 0;
  std::size_t paths = 0;
  for (auto at = d[list].first_child; at != json::no_node; at = d[at].next, ++endpoints) {
    const dialect::endpoint& is = dialect::endpoints()[endpoints];
    EXPECT_EQ(d[d.find(at, "name")].text, is.name);
    EXPECT_EQ(d[d.find(at, "scanned")].text == "true", is.scans != nullptr);
    for (const char* document : {"request", "answer"}) {
      const auto part = d.find(at, document);
      EXPECT_EQ(part != json::no_node, is.scans != nullptr && (is.method == "POST" || std::string_view(document) == "answer")) << is.name;
      if (part == json::no_node) continue;
      const auto channels = d.find(part, "channels");
      for (auto c = d[channels].first_child; c != json::no_node; c = d[c].next) {
        EXPECT_TRUE(channel_from(d[c].key).has_value()) << d[c].key;
        for (auto p = d[c].first_child; p != json::no_node; p = d[p].next) ++paths;
      }
    }
    EXPECT_NE(coverage_text().find(std::string(is.method) + " /v1" + std::string(is.path)), std::string::npos);
  }
  EXPECT_EQ(endpoints, dialect::endpoints().size());
  EXPECT_GT(endpoints, 2U);
  EXPECT_GT(paths, 30U);
}

// A path that a reader of the page would look for, in each direction.
TEST(Coverage, TheChatEndpointTellsItsChannels) {
  const std::string page = coverage_markdown();
  for (const char* told : {"| request | `content` | `messages[].content`", "`messages[].tool_calls[].function.arguments`", "`choices[].message.content`",
                           "| request | opaque: `image_url` |", "| anything else | | refused with 404 | |"}) {
    EXPECT_NE(page.find(told), std::string::npos) << told;
  }
}

TEST(Coverage, TellsRulesByFrameworkAndWhatTheirTestsLeaveOpen) {
  const test::folder here;
  here.write("rules/p.yaml", R"(apiVersion: stoplog/v1
kind: RulePack
metadata: {name: p, version: 1.0.0}
rules:
  - {id: A-1, title: t, severity: low, category: c, action: block, frameworks: ["owasp-llm:2025/LLM02", "mitre-atlas:2025/AML.T0057"], match: {any: [{words: [one]}]},
     tests: [{name: a, direction: request, text: one, expect: match}, {name: b, direction: response, text: one., expect: match}, {name: c, direction: request, text: ones, expect: no_match}]}
  - {id: A-2, title: t, severity: low, category: c, action: block, frameworks: ["owasp-llm:2025/LLM02"], match: {any: [{words: [two]}]}}
  - {id: A-3, title: t, severity: low, category: c, action: block, match: {any: [{words: [three]}]}}
)");
  here.write("policies/x.yaml", "apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: x, version: 1.0.0}\nuse: [{pack: p, version: ~1.0, mode: enforce}]\noverrides: [{rule: A-2, mode: shadow, reason: new}]\n");
  const auto seen = run({"coverage", here.path().string()});
  EXPECT_EQ(seen.code, exit_code::fine) << seen.err;
  for (const char* line : {"  owasp-llm:2025\n    LLM02             2 rules: A-1, A-2\n", "    AML.T0057         1 rule: A-1\n", "  of no framework     1 rule: A-3\n",
                           "rule A-2 has no test that shows a request it matches\n", "rule A-3 has no test that shows what it just does not match", "  x  A-2  no match in the log\n"}) {
    EXPECT_NE(seen.out.find(line), std::string::npos) << line << seen.out;
  }
  EXPECT_EQ(seen.out.find("rule A-1 has no test"), std::string::npos);
  const auto json = run({"coverage", here.path().string(), "-o", "json"});
  EXPECT_NE(json.out.find(R"("owasp-llm:2025":{"LLM02":["A-1","A-2"]})"), std::string::npos) << json.out;
  EXPECT_NE(json.out.find(R"("watching":[{"policy":"x","rule":"A-2","records":0}])"), std::string::npos) << json.out;
  here.write("rules/p.yaml", "apiVersion: stoplog/v1\nkind: RulePack\n");
  EXPECT_EQ(run({"coverage", here.path().string()}).code, exit_code::not_loaded);
}

}  // namespace
}  // namespace stoplog::cli
