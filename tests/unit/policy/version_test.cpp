#include "policy/version.hpp"

#include "policy/did_you_mean.hpp"
#include "policy/digest.hpp"

#include <gtest/gtest.h>

namespace stoplog::policy {
namespace {

TEST(version, has_one_spelling) {
  std::size_t ran = 0;
  for (const char* good : {"0.0.0", "1.4.0", "2026.11.2", "4294967295.0.1"}) {
    ++ran;
    EXPECT_TRUE(parse_version(good)) << good;
  }
  for (const char* bad : {"", "1", "1.4", "1.4.0.0", "01.4.0", "1.04.0", "1.4.0-rc1", "v1.4.0", "1..0", "1.4.", ".1.4", " 1.4.0",
                          "1.4.0 ", "-1.4.0", "+1.4.0", "4294967296.0.0", "1,4,0"}) {
    ++ran;
    EXPECT_FALSE(parse_version(bad)) << bad;
  }
  EXPECT_EQ(ran, 21U);
}

TEST(version, is_taken_by_constraints) {
  struct {
    const char *constraint, *version;
    bool taken;
  } const cases[] = {
      {"1.4.0", "1.4.0", true},  {"1.4.0", "1.4.1", false}, {"~1.4", "1.4.0", true},   {"~1.4", "1.4.99", true},
      {"~1.4", "1.5.0", false},  {"~1.4", "1.3.9", false},  {"~1.4.2", "1.4.1", false}, {"~1.4.2", "1.4.3", true},
      {"^1", "1.0.0", true},     {"^1", "1.99.0", true},    {"^1", "2.0.0", false},    {"^1", "0.9.0", false},
      {"^1.4", "1.3.9", false},  {"^1.4", "1.5.0", true},   {"^1.4.2", "1.4.1", false}, {"^0", "0.3.0", true},
  };
  std::size_t ran = 0;
  for (const auto& c : cases) {
    ++ran;
    const auto constraint = parse_constraint(c.constraint);
    ASSERT_TRUE(constraint) << c.constraint;
    EXPECT_EQ(constraint->takes(*parse_version(c.version)), c.taken) << c.constraint << ' ' << c.version;
  }
  EXPECT_EQ(ran, 16U);
  for (const char* bad : {"", "1", "1.4", "~1", "~", "^", "^1.", "~1.4.0.0", ">=1.0.0", "1.*", "*", "latest", "~ 1.4"}) {
    EXPECT_FALSE(parse_constraint(bad)) << bad;
  }
}

TEST(did_you_mean, offers_what_is_near) {
  const std::string_view known[] = {"regex", "words", "in_list", "view", "check", "match", "off", "enforce"};
  const std::pair<const char*, const char*> cases[] = {
      {"regexp", "regex"}, {"rgeex", "regex"}, {"word", "words"}, {"inlist", "in_list"}, {"matches", "match"}, {"of", "off"}, {"enforced", "enforce"}};
  std::size_t ran = 0;
  for (const auto& [slip, meant] : cases) {
    ++ran;
    EXPECT_EQ(did_you_mean(slip, known), "; did you mean \"" + std::string(meant) + "\"?") << slip;
  }
  EXPECT_EQ(ran, 7U);
  for (const std::string_view far : {"", "x", "something"}) EXPECT_EQ(did_you_mean(far, known), "") << far;
  EXPECT_EQ(did_you_mean(std::string(100'000, 'r'), known), "");
  EXPECT_EQ(did_you_mean("regexp", {}), "");
}

TEST(digest, is_sha256) {
  EXPECT_EQ(sha256_digest("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_digest(""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace stoplog::policy
