#include "base/clock.hpp"
#include "base/decision_id.hpp"
#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/place.hpp"
#include "base/surface.hpp"
#include "base/verdict.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace stoplog {
namespace {

using namespace std::chrono_literals;

wall_time at(std::int64_t microseconds) { return wall_time{std::chrono::microseconds{microseconds}}; }

TEST(clock, writes_rfc_3339_with_microseconds) {
  EXPECT_EQ(to_rfc3339(at(0)), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_rfc3339(at(1'795'421'730'000'125)), "2026-11-23T08:15:30.000125Z");
  EXPECT_EQ(to_rfc3339(at(951'827'696'999'999)), "2000-02-29T12:34:56.999999Z");
  EXPECT_EQ(to_rfc3339(at(-1)), "1969-12-31T23:59:59.999999Z");
}

constexpr std::array<std::uint8_t, 10> all_ones{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

TEST(decision_id, is_a_uuid_of_version_seven) {
  // The example of RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC.
  const auto id = decision_id::make(at(1'645'557'742'000'000), {0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F});
  EXPECT_EQ(id.to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  EXPECT_EQ(decision_id::make(at(0), {}).to_string(), "00000000-0000-7000-8000-000000000000");
  EXPECT_EQ(decision_id::make(at(0), all_ones).to_string(), "00000000-0000-7fff-bfff-ffffffffffff");
}

TEST(decision_id, sorts_by_time) {
  EXPECT_LT(decision_id::make(at(1'000), all_ones), decision_id::make(at(2'000), {}));
  EXPECT_LT(decision_id::make(at(1'000), all_ones).to_string(), decision_id::make(at(2'000), {}).to_string());
}

TEST(decision_id, parses_what_it_writes_and_nothing_else) {
  const std::string text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  ASSERT_TRUE(decision_id::parse(text));
  EXPECT_EQ(decision_id::parse(text)->to_string(), text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string wrong = text;
    wrong[i] = wrong[i] == '-' ? '0' : 'g';
    EXPECT_FALSE(decision_id::parse(wrong)) << wrong;
    EXPECT_FALSE(decision_id::parse(text.substr(0, i))) << i;
  }
  EXPECT_FALSE(decision_id::parse(text + "0"));
  EXPECT_FALSE(decision_id::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"));
}

TEST(hex, is_lower_case_both_ways) {
  const std::array<std::uint8_t, 3> bytes{0x00, 0x9A, 0xFF};
  EXPECT_EQ(to_hex(bytes), "009aff");
  EXPECT_EQ(to_hex({}), "");
  EXPECT_EQ(hex_digit('9'), 9);
  EXPECT_EQ(hex_digit('f'), 15);
  for (const char c : {'A', 'g', '/', ':', '`', ' ', '\0'}) EXPECT_EQ(hex_digit(c), -1) << c;
}

// Every code has a name of its own; the names are part of the documented surface.
TEST(error, names_every_code) {
  std::set<std::string_view> names;
  constexpr int codes = static_cast<int>(errc::client_gone) + 1;
  for (int i = 0; i < codes; ++i) {
    const std::string_view name = to_string(static_cast<errc>(i));
    EXPECT_TRUE(std::ranges::all_of(name, [](char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); })) << name;
    EXPECT_FALSE(name.empty());
    names.insert(name);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(codes));
  EXPECT_EQ(to_string(errc::upstream_truncated), "upstream_truncated");
}

TEST(error, carries_the_place_that_raised_it) {
  const error raised = fail(errc::too_deep, "nested");
  EXPECT_EQ(raised.code, errc::too_deep);
  EXPECT_EQ(raised.detail, "nested");
  EXPECT_TRUE(std::string_view(raised.where.file_name()).ends_with("values_test.cpp"));
}

TEST(error, expects_throws_on_a_bug_and_only_then) {
  EXPECT_NO_THROW(expects(true, "fine"));
  EXPECT_THROW(expects(false, "a bug"), contract_violation);
  const result<int> failed = fail(errc::deadline);
  EXPECT_THROW(static_cast<void>(failed.value()), contract_violation);
}

TEST(problem, is_one_line_with_its_place) {
  const problem found{problem::level::error, "E104", "unknown key \"regexp\"; did you mean \"regex\"?", {"rules/cred.yaml", 31, 11}};
  EXPECT_EQ(to_string(found), "rules/cred.yaml:31:11: error[E104]: unknown key \"regexp\"; did you mean \"regex\"?");
  const problem whole_file{problem::level::warning, "W310", "empty", {"rules/cred.yaml"}};
  EXPECT_EQ(to_string(whole_file), "rules/cred.yaml: warning[W310]: empty");
  EXPECT_TRUE(has_errors({whole_file, found}));
  EXPECT_FALSE(has_errors({whole_file}));
  EXPECT_FALSE(has_errors({}));
}

template <class Enum, class From>
void expect_names(int count, From from) {
  std::set<std::string_view> names;
  for (int i = 0; i < count; ++i) {
    const auto value = static_cast<Enum>(i);
    EXPECT_EQ(from(to_string(value)), value);
    names.insert(to_string(value));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(count));
  EXPECT_FALSE(from("Nothing"));
  EXPECT_FALSE(from(""));
}

TEST(surface, names_go_both_ways) {
  expect_names<direction>(direction_count, direction_from);
  expect_names<role>(role_count, role_from);
  expect_names<channel>(channel_count, channel_from);
}

TEST(surface, a_set_is_the_product_of_its_parts) {
  EXPECT_TRUE(surface_set{}.contains({direction::response, role::function, channel::unknown}));
  const surface_set some{.directions = 1U << static_cast<unsigned>(direction::request),
                         .roles = 1U << static_cast<unsigned>(role::user),
                         .channels = 1U << static_cast<unsigned>(channel::content)};
  int inside = 0;
  for (int d = 0; d < direction_count; ++d) {
    for (int r = 0; r < role_count; ++r) {
      for (int c = 0; c < channel_count; ++c) {
        inside += some.contains({static_cast<direction>(d), static_cast<role>(r), static_cast<channel>(c)});
      }
    }
  }
  EXPECT_EQ(inside, 1);
  EXPECT_TRUE(some.contains({direction::request, role::user, channel::content}));
}

TEST(verdict, is_ordered_by_strength) {
  EXPECT_EQ(std::max(verdict::allow, verdict::redact), verdict::redact);
  EXPECT_EQ(std::max(verdict::block, verdict::redact), verdict::block);
  EXPECT_EQ(to_string(verdict::block), "block");
  EXPECT_LT(severity::info, severity::critical);
  EXPECT_EQ(to_string(severity::medium), "medium");
}

}  // namespace
}  // namespace stoplog
