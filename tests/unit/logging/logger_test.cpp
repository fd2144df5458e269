#include "logging/logger.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stoplog::logging {
namespace {

// What `write` puts on stderr.
template <class F>
std::string written(F&& write) {
  testing::internal::CaptureStderr();
  write();
  return testing::internal::GetCapturedStderr();
}

TEST(Logger, WritesOneObjectALine) {
  logger log(level::info);
  const std::string line = written([&] {
    log.warning("a thing happened", {{"what", "x"}, {"count", std::int64_t{-3}}, {"final", true}});
  });
  EXPECT_TRUE(line.starts_with(R"({"at":"2)")) << line;
  EXPECT_TRUE(line.ends_with("\"level\":\"warning\",\"event\":\"a thing happened\",\"what\":\"x\",\"count\":-3,\"final\":true}\n")) << line;
}

TEST(Logger, KeepsHostileTextInItsLine) {
  logger log(level::info);
  const std::string line = written([&] { log.info("a name", {{"name", "a\nb\x1b[31m\"c"}}); });
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_NE(line.find(R"(\"c)"), std::string::npos);
}

TEST(Logger, LeavesOutWhatIsBelowItsLevel) {
  logger log(level::warning);
  EXPECT_EQ(written([&] {
              log.debug("no");
              log.info("no");
            }),
            "");
  EXPECT_NE(written([&] { log.error("yes"); }), "");
}

}  // namespace
}  // namespace stoplog::logging
