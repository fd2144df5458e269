// Counts allocations of the whole program: alone in its file so that the
// replaced operators are easy to find.
#include "run.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> allocations{0};
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace stoplog::match::testing {
namespace {

// Windows open and close, signs are seen, RE2 is asked, nothing is found.
TEST(Stream, DoesNotAllocateAfterWarmUp) {
  rule_spec pair = regex_rule(verdict::block, R"(\bwrite\b)", view::folded);
  pair.match.how = expression::combine::all;
  pair.match.within = 60;
  pair.match.parts.push_back({.regex = R"(\bkeylogger\b)"});
  const auto rules = compiled({regex_rule(verdict::block, R"(\bsecret .{0,20}\bnumber [0-9]{4}\b)", view::folded),
                               regex_rule(verdict::redact, R"(\bAKIA[A-Z2-7]{16}\b)"),
                               regex_rule(verdict::redact, R"(\b[a-z0-9.]{1,30}@[a-z0-9]{1,30}\.org\b)", view::folded), pair});
  std::string text;
  for (int i = 0; i < 40; ++i) text += "the secret is a number 12 or AKIAAAAA, ask bob@home.net to write it\xC3\xA9 down. ............................................................ A keylogger, no. ";
  stream s(rules, answer);
  std::size_t before = 0;
  for (std::size_t at = 0; at + 4 <= text.size(); at += 4) {
    if (at == text.size() / 8 * 4) before = allocations;
    const auto step = s.feed(std::string_view(text).substr(at, 4), false);
    if (!step || step->verdict != verdict::allow) FAIL();
  }
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_GT(before, 0U) << "allocations are not counted";
  EXPECT_TRUE(s.findings().empty());
}

}  // namespace
}  // namespace stoplog::match::testing
