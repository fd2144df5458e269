#include "cli/coverage_table.hpp"

#include "dialect/endpoint.hpp"
#include "json/document.hpp"

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

}  // namespace
}  // namespace stoplog::cli
