#include "audit/timestamp.hpp"

#include <gtest/gtest.h>

namespace stoplog::audit {
namespace {

TEST(audit_time, reads_back_what_is_written) {
  int tried = 0;
  for (const std::int64_t micros : {0LL, 1LL, -1LL, 1'795'421'730'000'125LL, 951'782'399'999'999LL, 951'868'800'000'000LL,
                                    -62'135'596'800'000'000LL, 253'402'300'799'999'999LL}) {
    const wall_time t{std::chrono::microseconds{micros}};
    EXPECT_EQ(parse_rfc3339(to_rfc3339(t)), t) << to_rfc3339(t);
    ++tried;
  }
  EXPECT_EQ(tried, 8);
}

TEST(audit_time, takes_the_forms_of_rfc_3339) {
  const auto expected = parse_rfc3339("2026-11-23T08:15:30Z");
  ASSERT_TRUE(expected);
  EXPECT_EQ(parse_rfc3339("2026-11-23 08:15:30z"), expected);
  EXPECT_EQ(parse_rfc3339("2026-11-23T09:15:30+01:00"), expected);
  EXPECT_EQ(parse_rfc3339("2026-11-22T22:45:30-09:30"), expected);
  EXPECT_EQ(parse_rfc3339("2026-11-23T08:15:30.000000999Z"), expected);
  EXPECT_EQ(parse_rfc3339("2026-11-23T08:15:29.5Z"), *expected - std::chrono::milliseconds{500});
  EXPECT_EQ(parse_rfc3339("2026-12-31T23:59:60Z"), parse_rfc3339("2027-01-01T00:00:00Z"));
}

TEST(audit_time, refuses_what_is_no_time) {
  int tried = 0;
  for (const char* text : {"", "2026", "2026-11-23", "2026-11-23T08:15:30", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
                           "2026-11-23T24:00:00Z", "2026-11-23T08:60:00Z", "2026-11-23T08:15:61Z", "2026-11-23T08:15:30.Z",
                           "2026-11-23T08:15:30Zx", "2026-11-23T08:15:30+1:00", "2026-11-23T08:15:30+01:60", "-026-11-23T08:15:30Z",
                           "2026-11-23T08:15:30.1234567890123456789Z", "m", "15", "15x", "-15m", "1.5h", "9999999999s",
                           "999999999w"}) {
    EXPECT_FALSE(parse_time(text, wall_time{})) << text;
    ++tried;
  }
  EXPECT_EQ(tried, 22);
}

TEST(audit_time, takes_how_long_ago) {
  const auto now = *parse_rfc3339("2026-11-23T08:15:30Z");
  EXPECT_EQ(parse_time("30s", now), now - std::chrono::seconds{30});
  EXPECT_EQ(parse_time("15m", now), now - std::chrono::minutes{15});
  EXPECT_EQ(parse_time("2h", now), now - std::chrono::hours{2});
  EXPECT_EQ(parse_time("7d", now), now - std::chrono::days{7});
  EXPECT_EQ(parse_time("1w", now), now - std::chrono::days{7});
  EXPECT_EQ(parse_time("2026-11-23T08:00:00Z", now), now - std::chrono::seconds{930});
}

}  // namespace
}  // namespace stoplog::audit
