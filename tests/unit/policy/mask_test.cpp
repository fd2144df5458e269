#include "packs.hpp"

#include "policy/digest.hpp"
#include "policy/mask.hpp"

#include <gtest/gtest.h>

namespace stoplog::policy {
namespace {

std::string masked(std::string mask, std::string_view matched) {
  rule r = test::make_rule("A-1", action::redact, "x");
  r.mask = std::move(mask);
  match::rule_spec spec;
  use_mask(r, test::key, spec);
  std::string out;
  spec.append_mask(out, matched);
  return out;
}

TEST(mask, fills_its_places_in) {
  EXPECT_EQ(masked("[X]", "4242"), "[X]");
  EXPECT_EQ(masked("[REDACTED:{category}]", "4242"), "[REDACTED:test.rule]");
  EXPECT_EQ(masked("{last:4}", "4242 4242 4242 1234"), "1234");
  EXPECT_EQ(masked("<{last:2}/{last:1}>", "abcd"), "<cd/d>");
  EXPECT_EQ(masked("<{last:2}>", "abc"), "<>") << "half of it would be told";
  EXPECT_EQ(masked("<{last:1}>", "\xC3\xA9\xF0\x9F\x98\x80"), "<\xF0\x9F\x98\x80>") << "whole characters";
  EXPECT_EQ(masked("{hash}.", "text"), keyed_fingerprint(test::key, "text").substr(0, 12) + ".");
  EXPECT_NE(masked("{hash}", "text"), masked("{hash}", "texts"));
}

TEST(mask, refuses_places_that_it_does_not_know) {
  std::size_t ran = 0;
  for (const char* wrong : {"{", "{}", "{Category}", "{last}", "{last:0}", "{last:9}", "{last:12}", "a{hash", "{{hash}}"}) {
    ++ran;
    EXPECT_TRUE(mask_problem(wrong)) << wrong;
  }
  EXPECT_EQ(ran, 9U);
  for (const char* right : {"", "plain }", "{hash}{category}", "**{last:8}"}) EXPECT_FALSE(mask_problem(right)) << right;
}

}  // namespace
}  // namespace stoplog::policy
