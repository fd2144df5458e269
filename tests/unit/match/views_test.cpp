// The views in which spelling tricks are undone: leet and squeezed.
#include "run.hpp"

#include "match/compiled.hpp"
#include "match/held_text.hpp"
#include "match/pattern.hpp"
#include "support/random_patterns.hpp"
#include "text/utf8.hpp"
#include "text/squeezer.hpp"

#include <re2/re2.h>

namespace stoplog::match::testing {
namespace {

rule_spec viewed(std::string regex, view v) {
  rule_spec rule = regex_rule(verdict::redact, std::move(regex), v);
  rule.mask = "#";
  return rule;
}

TEST(Views, LeetReadsDigitsAndSignsAsLetters) {
  const auto rules = compiled({viewed(R"(\bkeylogger\b)", view::leet)});
  EXPECT_EQ(run_every_cut(rules, "a k3y10gg3r, a KEYL0GGER.").released, "a #, a #.");
  EXPECT_EQ(run_every_cut(rules, "a k3y |0993r; monk3y10gg3r").released, "a k3y |0993r; monk3y10gg3r");
  EXPECT_EQ(run_every_cut(rules, "k\xC3\xA9yl\xD0\xBEgg3r").released, "#") << "folded first";
  const auto classes = compiled({viewed("pin [0-9]{4}", view::leet)});
  EXPECT_EQ(run_every_cut(classes, "a pin 1357, a p1n 1357").released, "a #, a #") << "what digits stand for";
  const auto words = compiled({[] {
    rule_spec rule = viewed("", view::leet);
    rule.match.parts[0].words = {"Pass Word"};
    return rule;
  }()});
  EXPECT_EQ(run_every_cut(words, "my p4$$ w0rd, p4$$ w0rds").released, "my #, p4$$ w0rds");
}

TEST(Views, SqueezedReadsWhatIsSpelledApart) {
  const auto rules = compiled({viewed(R"(\bkey ?logger\b)", view::squeezed)});
  for (const char* apart : {"k e y l o g g e r", "k.e.y.l.o.g.g.e.r", "K-E-Y  L*O*G*G*E*R", "k\xE2\x80\x8B-e\xC2\xB7y l_o_g g_e_r", "ke y lo g g e r"}) {
    EXPECT_EQ(run_every_cut(rules, "see " + std::string(apart) + "!").released, "see #!") << apart;
  }
  for (const char* other : {"keylogger", "key logger", "the key. Logger", "k e y", "k        e y l o g g e r", "kex l o g g e r"}) {
    EXPECT_EQ(run_every_cut(rules, other).released, other);
  }
  EXPECT_EQ(run_every_cut(rules, "k       e       y l o g g e r").released, "#") << "seven between";
}

TEST(Views, SqueezedHoldsBackOnlyWhatMayGoOn) {
  const auto rules = compiled({viewed("secret", view::squeezed)});
  stream s(rules, answer);
  const auto held_after = [&](std::string_view text) {
    EXPECT_TRUE(s.feed(text, false).has_value());
    return s.held();
  };
  EXPECT_EQ(held_after("a s"), 1U);
  EXPECT_EQ(held_after(" e"), 3U);
  EXPECT_EQ(held_after(" x"), 0U);
  EXPECT_EQ(held_after(" s.e.c"), 5U);
  EXPECT_EQ(held_after(" 1234567"), 0U) << "too far apart";
}

TEST(Views, ALongStretchWithoutLettersIsForgotten) {
  const auto rules = compiled({viewed("secret", view::squeezed), viewed(R"(\bs3cret\b)", view::leet)});
  stream s(rules, answer);
  std::string released;
  for (int i = 0; i < 5000; ++i) released += s.feed("....", false)->released;
  EXPECT_EQ(released.size(), 20000U);
  EXPECT_EQ(s.text_of({0, {0, 4}}), "") << "long gone";
  released.clear();
  for (const std::string_view piece : pieces_of("s e c r e t, s3cr3t.", 1)) released += s.feed(piece, false)->released;
  EXPECT_EQ(released + std::string(s.feed({}, true)->released), "#, #.");
}

TEST(Views, UnlessMayLookAtAnotherOne) {
  rule_spec rule = viewed("k.{0,8}r", view::raw);
  rule.match.unless.push_back({.regex = "keylogger", .view = view::squeezed});
  rule.match.unless.push_back({.regex = "kiiier", .view = view::leet});
  const auto rules = compiled({rule});
  EXPECT_EQ(run_every_cut(rules, "key-logger kill3r keyloggar").released, "key-logger kill3r #");
}

struct refusal {
  const char* regex;
  view where;
};

TEST(Views, RefuseWhatTheyCannotMean) {
  std::size_t ran = 0;
  for (const refusal& r : {refusal{R"(\Bkey)", view::squeezed}, {"(?m)^key", view::squeezed}, {"[0-9]{4}", view::squeezed}, {"a b", view::squeezed},
                           {"[^@]key", view::leet}, {R"(\p{Cyrillic}key)", view::squeezed}}) {
    auto made = database::compile({viewed(r.regex, r.where)});
    ASSERT_EQ(made.index(), 1U) << r.regex;
    EXPECT_EQ(std::get<1>(made).front().code, "E233") << r.regex;
    ++ran;
  }
  EXPECT_EQ(ran, 6U);
  rule_spec luhn = viewed("[0-9]{12}", view::leet);
  luhn.match.parts[0].check = check::luhn;
  EXPECT_EQ(std::get<1>(database::compile({luhn})).front().code, "E233");
}

TEST(Views, SqueezingIsIndependentOfTheCut) {
  const std::string text = "s.e  c\xC3\xB8r 12345678 e........................t \xE6\xBC\xA2-\xE5\xAD\x97";
  const std::string whole = text::squeeze(text);
  EXPECT_EQ(whole, "sec\xC3\xB8r\ne\n\n\nt\xE6\xBC\xA2\xE5\xAD\x97");
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) continue;
    text::squeezer squeezer;
    text::offset_map map;
    std::string seen;
    squeezer.feed(std::string_view(text).substr(0, at), seen, map);
    squeezer.feed(std::string_view(text).substr(at), seen, map);
    EXPECT_EQ(seen, whole);
    EXPECT_EQ(map.folded_end(), whole.size());
    EXPECT_EQ(map.original_end(), text.size());
  }
}

// Every stretch of every view came from whole code points of the text, in order,
// whatever the cuts; and what is forgotten takes nothing else along.
TEST(Views, OffsetsLeadBackToWholeCodePoints) {
  std::size_t stretches = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    random_patterns random(seed);
    std::string text;
    for (int n = random.below(40); n > 0; --n) text += random.one_in(6) ? "........" : random.filler();
    held_text whole(held_text::uses{true, true});
    held_text cut(held_text::uses{true, true});
    ASSERT_TRUE(whole.append(text));
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t bytes = 1 + static_cast<std::size_t>(random.below(5));
      ASSERT_TRUE(cut.append(std::string_view(text).substr(at, bytes)));
      at += bytes;
    }
    for (const view v : views) {
      const held_text::piece all = whole.in(v, text.size());
      ASSERT_EQ(cut.in(v, text.size()).text, all.text);
      std::uint64_t last = 0;
      for (std::uint64_t at = 0; at < all.text.size(); ++stretches) {
        const std::uint64_t next = at + text::decode_front(all.text.substr(at))->length;
        const text_span origin = whole.original(v, at, next);
        ASSERT_EQ(cut.original(v, at, next), origin);
        ASSERT_TRUE(text::is_utf8(whole.raw(origin))) << "whole code points";
        ASSERT_GE(origin.begin, last);
        ASSERT_GT(origin.end, origin.begin);
        ASSERT_LE(whole.view_offset(v, origin.begin), at);
        last = origin.begin;
        at = next;
      }
    }
    const std::uint64_t forgotten = whole.border_before(static_cast<std::uint64_t>(random.below(static_cast<int>(text.size()) + 1)));
    cut.forget_before(forgotten);
    for (const view v : views) {
      const held_text::piece left = cut.in(v, text.size());
      ASSERT_TRUE(whole.in(v, text.size()).text.ends_with(left.text));
      ASSERT_LE(left.base, cut.view_offset(v, forgotten));
    }
  }
  EXPECT_GT(stretches, 10'000U);
}

// A text as a pattern, seen through a view, matches the text seen through it.
TEST(Views, PatternsAreFoldedAsTextsAre) {
  std::size_t ran = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    random_patterns random(seed);
    std::string text;
    for (int n = 1 + random.below(6); n > 0; --n) text += random.filler();
    for (const view v : {view::leet, view::squeezed}) {
      const folded_pattern seen = fold_pattern(quote(text), v);
      if (!seen.refusal.empty()) continue;
      const std::string in_view = seen_in(v, text);
      if (v == view::squeezed && in_view.find('\n') != std::string::npos) continue;   // too far apart
      EXPECT_TRUE(re2::RE2::FullMatch(in_view, seen.regex)) << text;
      ++ran;
    }
  }
  EXPECT_GT(ran, 250U);
}

}  // namespace
}  // namespace stoplog::match::testing
