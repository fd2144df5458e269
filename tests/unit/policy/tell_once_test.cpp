#include "policy/tell_once.hpp"

#include <gtest/gtest.h>

namespace stoplog::policy {
namespace {

problem told(const char* code, const char* message, std::uint32_t line) { return {problem::level::error, code, message, {"f", line, 1}}; }

TEST(tell_once, keeps_the_first_of_equals_in_order) {
  problems found{told("E1", "b", 2), told("E1", "a", 1), told("E1", "b", 2), told("E2", "b", 2), told("E1", "b", 3), told("E1", "a", 1)};
  tell_once(found);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].message, "b");
  EXPECT_EQ(found[1].message, "a");
  EXPECT_EQ(found[2].code, "E2");
  EXPECT_EQ(found[3].place.line, 3U);
}

TEST(tell_once, takes_nothing) {
  problems found;
  tell_once(found);
  EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace stoplog::policy
