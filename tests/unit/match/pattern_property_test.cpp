// Every fact about a pattern is held against RE2 on texts that RE2 says match.
#include "match/pattern.hpp"
#include "match/syntax.hpp"
#include "text/fold.hpp"
#include "text/utf8.hpp"
#include "unit/match/pattern_maker.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>

namespace stoplog::match {
namespace {

using testing::made_pattern;
using testing::pattern_maker;

re2::RE2::Options quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return options;
}

std::vector<std::size_t> code_point_starts(std::string_view text) {
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at < text.size(); at += text::decode_front(text.substr(at))->length) starts.push_back(at);
  starts.push_back(text.size());
  return starts;
}

bool is_word(std::string_view text, std::size_t at) {
  return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_') && static_cast<unsigned char>(text[at]) < 0x80;
}

// Which assertions hold at a place, the plain way.
assertions holding(std::string_view text, std::size_t at) {
  assertions a;
  a.word_boundary = (at > 0 && is_word(text, at - 1)) != is_word(text, at);
  a.not_word_boundary = !a.word_boundary;
  a.text_begin = at == 0;
  a.text_end = at == text.size();
  a.line_begin = a.text_begin || text[at - 1] == '\n';
  a.line_end = a.text_end || text[at] == '\n';
  return a;
}

bool covers(const assertions& holds, const assertions& asked) {
  for (const auto member : {&assertions::word_boundary, &assertions::not_word_boundary, &assertions::line_begin, &assertions::line_end, &assertions::text_begin,
                            &assertions::text_end}) {
    if (asked.*member && !(holds.*member)) return false;
  }
  return true;
}

bool matches(const re2::RE2& regex, std::string_view text, std::size_t begin, std::size_t end) {
  return regex.Match({text.data(), text.size()}, begin, end, re2::RE2::ANCHOR_BOTH, nullptr, 0);
}

void expect_bounds(const pattern_facts& f, std::string_view match) {
  const auto length = static_cast<std::uint32_t>(code_point_starts(match).size() - 1);
  EXPECT_GE(length, f.shortest);
  EXPECT_LE(length, f.longest.value_or(UINT32_MAX));
  EXPECT_TRUE(f.can_be_empty || !match.empty());
  EXPECT_TRUE(f.can_hold_newline || match.find('\n') == std::string_view::npos);
  EXPECT_TRUE(match.empty() || f.first_bytes.test(static_cast<unsigned char>(match[0])));
  for (const char c : match) EXPECT_TRUE(f.bytes.test(static_cast<unsigned char>(c)));
}

void expect_literals(const pattern_facts& f, std::string_view match) {
  const auto any = [](const std::vector<std::string>& all, auto fits) { return all.empty() || std::any_of(all.begin(), all.end(), fits); };
  EXPECT_TRUE(any(f.prefixes, [&](const std::string& p) { return !p.empty() && match.starts_with(p); }));
  EXPECT_TRUE(any(f.suffixes, [&](const std::string& p) { return !p.empty() && match.ends_with(p); }));
  const std::vector<std::size_t> starts = code_point_starts(match);
  EXPECT_TRUE(any(f.required.any_of, [&](const std::string& p) {
    for (std::size_t i = f.required.before_min; i < starts.size() && i <= f.required.before_max.value_or(UINT32_MAX); ++i) {
      if (!p.empty() && match.substr(starts[i]).starts_with(p)) return true;
    }
    return false;
  }));
}

struct counts {
  int patterns = 0, matches = 0, prefixes = 0, in_context = 0, with_literals = 0;
};

// One text in which [begin, end) may be a match.
void check_match(const pattern_facts& f, const re2::RE2& regex, const re2::RE2& closure, std::string_view text, std::size_t begin, std::size_t end, counts& n) {
  if (!matches(regex, text, begin, end)) return;
  const std::string_view match = text.substr(begin, end - begin);
  expect_bounds(f, match);
  expect_literals(f, match);
  EXPECT_TRUE(covers(holding(text, begin), f.leading_every));
  EXPECT_TRUE(covers(holding(text, end), f.trailing_every));
  // What the stream matcher asks: with the text cut at any place inside the
  // match, does the closure reach back from there to the match's begin?
  for (const std::size_t at : code_point_starts(match)) {
    EXPECT_TRUE(matches(closure, text.substr(0, begin + at), begin, begin + at)) << "prefix of " << at << " bytes";
    ++n.prefixes;
  }
  ++n.matches;
  n.in_context += begin > 0 || end < text.size() ? 1 : 0;
  n.with_literals += f.prefixes.empty() ? 0 : 1;
}

// A neighbour may only decide about a match when an assertion is known to stand there.
void check_independence(const pattern_facts& f, const re2::RE2& regex, std::string_view inside, pattern_maker& maker) {
  const std::string left = maker.text(maker.pick(2)), right = maker.text(maker.pick(2));
  const std::string other_left = f.leading_some.any() ? left : maker.text(maker.pick(2));
  const std::string other_right = f.trailing_some.any() ? right : maker.text(maker.pick(2));
  const std::string one = left + std::string(inside) + right, other = other_left + std::string(inside) + other_right;
  EXPECT_EQ(matches(regex, one, left.size(), left.size() + inside.size()), matches(regex, other, other_left.size(), other_left.size() + inside.size()));
}

TEST(pattern_property, facts_hold_for_every_match_that_re2_finds) {
  counts n;
  for (std::uint32_t seed = 1; seed <= 12'000; ++seed) {
    pattern_maker maker(seed, {});
    const made_pattern made = maker.make();
    const re2::RE2 regex(made.regex, quiet());
    if (!regex.ok()) continue;
    const pattern_facts f = analyse(made.regex);
    ASSERT_FALSE(f.opaque) << made.regex;
    const re2::RE2 closure(f.closure, quiet());
    ASSERT_TRUE(closure.ok()) << made.regex << " -> " << f.closure;
    SCOPED_TRACE(made.regex);
    for (int i = 0; i < 12; ++i) {
      const std::string left = maker.text(maker.pick(3)), right = maker.text(maker.pick(3));
      const std::string inside = i % 4 == 3 ? maker.text(maker.pick(6)) : made.sample(maker.random());
      const std::string text = left + inside + right;
      check_match(f, regex, closure, inside, 0, inside.size(), n);
      check_match(f, regex, closure, text, left.size(), left.size() + inside.size(), n);
      check_independence(f, regex, inside, maker);
      if (HasFailure()) FAIL() << "on \"" << text << "\", seed " << seed << ", closure " << f.closure;
    }
    ++n.patterns;
  }
  EXPECT_GT(n.patterns, 11'000);
  EXPECT_GT(n.matches, 100'000);
  EXPECT_GT(n.prefixes, 300'000);
  EXPECT_GT(n.in_context, 40'000);
  EXPECT_GT(n.with_literals, 30'000);
}

TEST(pattern_property, a_printed_pattern_means_what_was_parsed) {
  int compared = 0, matched = 0;
  for (std::uint32_t seed = 1; seed <= 8'000; ++seed) {
    pattern_maker maker(seed, {});
    const made_pattern made = maker.make();
    const re2::RE2 regex(made.regex, quiet());
    if (!regex.ok()) continue;
    std::string printed;
    syntax::print(*syntax::parse(made.regex).root, printed);
    const re2::RE2 again(printed, quiet());
    ASSERT_TRUE(again.ok()) << made.regex << " -> " << printed;
    for (int i = 0; i < 10; ++i) {
      const std::string text = maker.text(maker.pick(2)) + (i % 2 == 0 ? made.sample(maker.random()) : maker.text(maker.pick(5))) + maker.text(maker.pick(2));
      const bool expected = re2::RE2::FullMatch(text, regex);
      ASSERT_EQ(re2::RE2::FullMatch(text, again), expected) << made.regex << " -> " << printed << " on \"" << text << '"';
      ASSERT_EQ(re2::RE2::PartialMatch(text, again), re2::RE2::PartialMatch(text, regex)) << made.regex << " -> " << printed << " on \"" << text << '"';
      matched += expected ? 1 : 0;
      ++compared;
    }
  }
  EXPECT_GT(compared, 70'000);
  EXPECT_GT(matched, 10'000);
}

TEST(pattern_property, each_class_has_the_members_that_re2_gives_it) {
  int classes = 0;
  for (const std::string regex :
       {".", "(?s:.)", "\\d", "\\D", "\\s", "\\S", "\\w", "\\W", "(?i:\\w)", "(?i:\\W)", "[^\\W]", "(?i:[^\\W_])", "[[:alnum:]]", "[[:alpha:]]", "[[:ascii:]]", "[[:blank:]]",
        "[[:cntrl:]]", "[[:digit:]]", "[[:graph:]]", "[[:lower:]]", "[[:print:]]", "[[:punct:]]", "[[:space:]]", "[[:upper:]]", "[[:word:]]", "[[:xdigit:]]",
        "[[:^alpha:]]", "[^[:^alpha:]]", "(?i:[[:upper:]])", "(?i:[[:^upper:]])", "[a-]", "[-a]", "[]a]", "[^]a]", "[a-c-e]", "[[:a]", "[a\\-c]", "[\\]]", "(?i:[k])",
        "(?i:[^s])", "(?i:[^\u017F])", "(?i:\u212A)", "(?i:[r-t])", "\\x7e", "\\x{1F600}", "\\101", "\\07", "\\a", "\\f", "\\v", "\\r", "\\t", "\\.", "\\-", "\\ ", "\\p{Any}",
        "[\\x00-\\x{10FFFF}]", "[^\\x00-\\x{10FFFF}]", "[é-ü]", "\\Q.\\E", "[\\Da]", "[.]", "[$^]"}) {
    const re2::RE2 arbiter(regex, quiet());
    ASSERT_TRUE(arbiter.ok()) << regex;
    const syntax::parsed parsed = syntax::parse(regex);
    ASSERT_TRUE(parsed.root.has_value()) << regex;
    const auto* one = std::get_if<syntax::one>(&parsed.root->what);
    ASSERT_NE(one, nullptr) << regex;
    const syntax::bounds known = syntax::members(*one);
    // Case beyond ASCII is known from below and above only.
    EXPECT_EQ(known.lower == known.upper, !regex.starts_with("(?i:") || regex.find_first_of("\xC5\xE2") == std::string::npos) << regex;
    for (char32_t c = 0; c < 0x20000; c = c == 0xD7FF ? 0xE000 : c + 1) {
      if (c > 0x3000 && c % 7 != 0) continue;
      std::string text;
      text::append_utf8(text, c);
      const bool member = re2::RE2::FullMatch(text, arbiter);
      ASSERT_LE(known.lower.contains(c), member) << regex << " at " << static_cast<unsigned>(c);
      ASSERT_LE(member, known.upper.contains(c)) << regex << " at " << static_cast<unsigned>(c);
    }
    ++classes;
  }
  EXPECT_EQ(classes, 63);
}

TEST(pattern_property, on_ascii_a_folded_pattern_is_the_pattern_without_regard_to_case) {
  int compared = 0, matched = 0;
  for (std::uint32_t seed = 1; seed <= 8'000; ++seed) {
    pattern_maker maker(seed, {.ascii_only = true, .case_flags = false});
    const made_pattern made = maker.make();
    const re2::RE2 regex("(?i:" + made.regex + ")", quiet());
    if (!regex.ok()) continue;
    const folded_pattern f = fold_pattern(made.regex);
    ASSERT_EQ(f.refusal, "") << made.regex;
    EXPECT_FALSE(f.widened) << made.regex;
    const re2::RE2 folded(f.regex, quiet());
    ASSERT_TRUE(folded.ok()) << made.regex << " -> " << f.regex;
    for (int i = 0; i < 10; ++i) {
      const std::string text = i % 2 == 0 ? made.sample(maker.random()) : maker.text(maker.pick(6));
      const bool expected = re2::RE2::FullMatch(text, regex);
      ASSERT_EQ(re2::RE2::FullMatch(text::fold(text), folded), expected) << made.regex << " -> " << f.regex << " on \"" << text << '"';
      matched += expected ? 1 : 0;
      ++compared;
    }
  }
  EXPECT_GT(compared, 70'000);
  EXPECT_GT(matched, 10'000);
}

// Beyond ASCII a folded pattern matches more (every spelling), never less. Left
// out: what the view changes by design (boundaries, and what a dot counts).
TEST(pattern_property, a_folded_pattern_misses_nothing_that_the_pattern_matches) {
  int matched = 0;
  for (std::uint32_t seed = 1; seed <= 10'000; ++seed) {
    pattern_maker maker(seed, {.assertions = false, .negated_classes = false});
    const made_pattern made = maker.make();
    const re2::RE2 regex(made.regex, quiet());
    if (!regex.ok()) continue;
    const folded_pattern f = fold_pattern(made.regex);
    ASSERT_EQ(f.refusal, "") << made.regex;
    const re2::RE2 folded(f.regex, quiet());
    ASSERT_TRUE(folded.ok()) << made.regex << " -> " << f.regex;
    for (int i = 0; i < 10; ++i) {
      const std::string text = i % 3 != 0 ? made.sample(maker.random()) : maker.text(maker.pick(6));
      if (!re2::RE2::FullMatch(text, regex)) continue;
      ASSERT_TRUE(re2::RE2::FullMatch(text::fold(text), folded)) << made.regex << " -> " << f.regex << " on \"" << text << '"';
      ++matched;
    }
  }
  EXPECT_GT(matched, 50'000);
}

}  // namespace
}  // namespace stoplog::match
