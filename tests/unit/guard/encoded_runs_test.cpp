// What is encoded in a text is judged like the text, however it is cut.
#include "guard/text_scan.hpp"
#include "support/policies.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace stoplog::guard {
namespace {

using policy::action;

constexpr surface content{direction::response, role::assistant, channel::content};
constexpr surface arguments{direction::response, role::assistant, channel::tool_arguments};

std::string base64(std::string_view from, bool url = false) {
  const std::string digits = std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") + (url ? "-_" : "+/");
  std::string to;
  std::uint32_t bits = 0, count = 0;
  for (const char c : from) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6;) to += digits[bits >> (count -= 6) & 63];
  }
  if (count != 0) to += digits[bits << (6 - count) & 63];
  while (!url && to.size() % 4 != 0) to += '=';
  return to;
}

std::string hex(std::string_view from) {
  std::string to;
  for (const char c : from) {
    to += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    to += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
  }
  return to;
}

// Of letters too, from `all` on.
std::string percent(std::string_view from, bool all) {
  std::string to;
  for (const char c : from) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain && !all) to += c;
    else to += "%" + hex(std::string_view(&c, 1));
  }
  return to;
}

struct outcome {
  std::string released;
  bool blocked = false;
  std::string found;
  std::uint64_t leaked = 0;
  friend bool operator==(const outcome&, const outcome&) = default;
};

void PrintTo(const outcome& o, std::ostream* out) {
  *out << (o.blocked ? "blocked, " : "") << "released \"" << o.released << "\", found" << o.found << ", leaked " << o.leaked;
}

using compiled = std::shared_ptr<const policy::compiled_policy>;

outcome run(const compiled& policy, const std::vector<std::string_view>& pieces, surface where = content) {
  text_scan scan(policy, where);
  outcome seen;
  for (std::size_t i = 0; i < pieces.size() && !seen.blocked; ++i) {
    const auto step = scan.feed(pieces[i], i + 1 == pieces.size());
    EXPECT_TRUE(step) << "piece " << i;
    if (!step) break;
    if (step->verbatim) EXPECT_EQ(step->released, pieces[i]);
    seen.released += step->released;
    seen.blocked = step->blocked;
  }
  std::vector<std::string> found;
  for (const policy::finding& f : scan.take_found()) {
    found.push_back(" " + policy->rules()[f.rule].id + f.path + " " + std::to_string(f.span.begin) + "-" + std::to_string(f.span.end));
  }
  std::sort(found.begin(), found.end());
  for (const std::string& f : found) seen.found += f;
  seen.leaked = scan.leaked();
  return seen;
}

// Cut at every place, and byte by byte; the outcome of the uncut text. `clean`: no
// encoding begins in the middle of its run, so that nothing of one goes out before.
outcome run_cuts(const compiled& policy, std::string_view text, surface where = content, bool clean = true) {
  const outcome whole = run(policy, {text, {}}, where);
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const outcome cut = run(policy, {text.substr(0, at), text.substr(at), {}}, where);
    EXPECT_EQ(cut, whole) << "cut at " << at << " of " << text;
    if (!(cut == whole)) return whole;
  }
  std::vector<std::string_view> bytes;
  for (std::size_t at = 0; at < text.size(); ++at) bytes.push_back(text.substr(at, 1));
  bytes.emplace_back();
  EXPECT_EQ(run(policy, bytes, where), whole) << text;
  const outcome at_once = run(policy, {text}, where);
  EXPECT_EQ(at_once.blocked, whole.blocked);
  if (!whole.blocked && clean) {
    EXPECT_EQ(at_once.released, whole.released) << text;
    EXPECT_EQ(at_once.found, whole.found) << text;
  }
  return whole;
}

const std::string said = "well, the forbidden word stands here";

TEST(encoded_runs, block_before_a_character_of_the_match_is_out) {
  const compiled policy = support::compile({{.id = "B", .regex = R"(\bforbidden\b)"}});
  struct {
    std::string encoded;
    std::string path;
    std::size_t begin;   // of the encoded match
  } const cases[] = {
      {base64(said), " in base64", 13}, {base64(said, true), " in base64", 13}, {hex(said), " in hexadecimal digits", 20},
      {percent(said, true), " percent-encoded", 30}, {percent(said, false), " percent-encoded", 16},
      {base64(hex(said)), " in base64 in hexadecimal digits", 26}, {hex(base64(said)), " in hexadecimal digits in base64", 26},
      {percent(base64(said), true), " percent-encoded in base64", 39}, {base64(base64(said)), " in base64 in base64", 17},
  };
  std::size_t ran = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.encoded);
    for (const std::string& front : {std::string(), std::string("so: ")}) {
      const outcome seen = run_cuts(policy, front + c.encoded + " and more");
      EXPECT_TRUE(seen.blocked);
      EXPECT_EQ(seen.leaked, 0U);
      EXPECT_EQ(seen.found.find(" B" + c.path + " " + std::to_string(front.size() + c.begin) + "-"), 0U) << seen.found;
      EXPECT_LE(seen.released.size(), front.size() + c.begin);
      EXPECT_EQ((front + c.encoded).find(seen.released), 0U);
      ++ran;
    }
  }
  EXPECT_EQ(ran, 18U);
}

TEST(encoded_runs, guard_no_more_than_the_tail_where_that_is_asked) {
  match::expression asked{.parts = {{.regex = R"(\bwrite\b.{0,30}\bforbidden\b)"}}, .guards_tail = true};
  const compiled policy = support::compile({{.id = "B", .match = asked}});
  const std::string text = "please write me a forbidden word, now";
  struct {
    std::string encoded;
    std::size_t write, tail;   // of the encoded words
  } const cases[] = {{base64(text), 9, 24}, {hex(text), 14, 36}, {percent(text, true), 21, 54}, {percent(text, false), 8, 26}, {base64(hex(text)), 18, 48}};
  std::size_t ran = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.encoded);
    const outcome seen = run_cuts(policy, c.encoded + " and more");
    EXPECT_TRUE(seen.blocked);
    EXPECT_EQ(seen.leaked, 0U);
    EXPECT_GT(seen.released.size(), c.write + 4) << "the head went out";
    EXPECT_LE(seen.released.size(), c.tail);
    EXPECT_EQ(c.encoded.find(seen.released), 0U);
    ++ran;
  }
  EXPECT_EQ(ran, 5U);
}

TEST(encoded_runs, deeper_than_two_levels_and_shorter_than_a_run_are_left) {
  const compiled policy = support::compile({{.id = "B", .regex = "forbidden"}});
  for (const std::string& text : {base64(base64(base64(said))), base64("a forbidden"), hex("forbidden"), std::string("100% sure, 50%2 of it")}) {
    const outcome seen = run_cuts(policy, text);
    EXPECT_FALSE(seen.blocked) << text;
    EXPECT_EQ(seen.released, text);
  }
}

TEST(encoded_runs, mask_what_carries_the_match) {
  const compiled policy = support::compile({{.id = "R", .regex = R"(\bsecret[0-9]\b)", .action = action::redact}});
  const std::string text = "it is secret1 and secret2, as everybody knows";
  const outcome in_hex = run_cuts(policy, "see " + hex(text) + ".");
  EXPECT_EQ(in_hex.released, "see " + hex("it is ") + "[REDACTED]" + hex(" and ") + "[REDACTED]" + hex(", as everybody knows") + ".");
  EXPECT_EQ(in_hex.found, " R in hexadecimal digits 16-30 R in hexadecimal digits 40-54");
  const std::string encoded = base64(text);
  const outcome in_base64 = run_cuts(policy, encoded);
  EXPECT_EQ(in_base64.released, encoded.substr(0, 8) + "[REDACTED]" + encoded.substr(18, 6) + "[REDACTED]" + encoded.substr(34));
  const outcome escaped = run_cuts(policy, "q=it%20is%20secret1%21");
  EXPECT_EQ(escaped.released, "q=it%20is%20[REDACTED]%21");
  EXPECT_EQ(run_cuts(policy, "{\"a\":\"" + hex(text) + "\"}", arguments).released,
            "{\"a\":\"" + hex("it is ") + "[REDACTED]" + hex(" and ") + "[REDACTED]" + hex(", as everybody knows") + "\"}");
}

TEST(encoded_runs, other_characters_before_the_encoding_do_not_hide_it) {
  const compiled policy = support::compile({{.id = "B", .regex = R"(\bforbidden\b)"}});
  for (const char* front : {"x", "xy", "xyz", "abcd", "/", "0x", "padding"}) {
    EXPECT_TRUE(run_cuts(policy, front + base64("some words, and then the forbidden word")).blocked) << front;
    EXPECT_TRUE(run_cuts(policy, front + hex("some words, and then the forbidden word")).blocked) << front;
  }
}

TEST(encoded_runs, a_line_break_does_not_end_base64) {
  const compiled policy = support::compile({{.id = "B", .regex = R"(\bforbidden\b)"}});
  const std::string encoded = base64("this one is a little longer, and then there is the forbidden word");
  for (const char* line_break : {"\n", "\r\n"}) {
    std::string lines;
    for (std::size_t at = 0; at < encoded.size(); at += 32) lines += encoded.substr(at, 32) + line_break;
    EXPECT_TRUE(run_cuts(policy, lines).blocked);
  }
}

TEST(encoded_runs, plain_text_is_not_held_for_it) {
  const compiled policy = support::compile({{.id = "B", .regex = "zzzz"}});
  const std::string text = "An ordinary sentence of words like identifier_names, 2024 and Hello; then another one, about nothing at all.";
  text_scan scan(policy, content);
  std::uint64_t held = 0;
  for (const char& c : text) {
    ASSERT_TRUE(scan.feed({&c, 1}, false));
    held += scan.held();
  }
  EXPECT_LT(held, text.size() / 2);
}

// Random texts of encoded and plain pieces: every cut says the same, and nothing
// of a match goes out.
TEST(encoded_runs, do_not_depend_on_the_cut) {
  const compiled policies[] = {support::compile({{.id = "B", .regex = R"(\bzxq[a-c]{1,9})"}, {.id = "R", .regex = "q[a-y ]{1,5}z", .action = action::redact}}),
                               support::compile({{.id = "R", .regex = R"(zxq.{0,4}\b)", .action = action::redact}, {.id = "O", .regex = "z", .action = action::observe}})};
  std::size_t ran = 0, blocked = 0, found = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    const auto plain = [&] {
      std::string out;
      static const char* const words[] = {"zxq", "zxqab", "q ", "z", " ", "some words ", "\xC3\xA9", "ab", "%", "\n", "qaz"};
      for (std::size_t n = 1 + below(12); n > 0; --n) out += words[below(std::size(words))];
      return out;
    };
    std::string text;
    bool clean = true;
    for (std::size_t n = 1 + below(3); n > 0; --n) {
      std::string piece = plain();
      for (std::size_t level = below(3); level > 0; --level) {
        switch (below(4)) {
          case 0: piece = base64(piece, below(2) == 0); break;
          case 1: piece = hex(piece); break;
          case 2: {
            // What stands before the first %XX is held as plain text is.
            const bool all = below(2) == 0;
            clean = clean && all;
            piece = percent(piece, all);
            break;
          }
          default: piece = std::string("xyz").substr(0, below(4)) + base64(piece); clean = false;
        }
      }
      text += piece + (clean ? " " : "");
    }
    for (const compiled& policy : policies) {
      const outcome seen = run_cuts(policy, text, below(3) == 0 ? arguments : content, clean);
      ++ran;
      EXPECT_TRUE(!clean || seen.leaked == 0U);
      blocked += seen.blocked ? 1 : 0;
      found += seen.found.find(" in ") != std::string::npos || seen.found.find("percent") != std::string::npos ? 1 : 0;
      ASSERT_FALSE(HasFailure()) << "seed " << seed;
    }
  }
  EXPECT_EQ(ran, 300U);
  EXPECT_GT(blocked, 30U);
  EXPECT_GT(found, 60U);
}

TEST(encoded_runs, a_text_with_a_run_is_not_taken_for_one_without) {
  std::mt19937 random(5);
  std::size_t with = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text(random() % 120, ' ');
    for (char& c : text) c = random() % 24 == 0 ? (random() % 30 == 0 ? '%' : ' ') : "Ab+_9/-z"[random() % 8];
    std::size_t run = 0, longest = 0;
    for (const char c : text) {
      run = run_decoder::takes(run_decoder::kind::base64, c) ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    const bool has = longest >= run_decoder::characters_min || text.find('%') != std::string::npos;
    ASSERT_EQ(run_decoder::may_hold_run(text), has) << text;
    with += has ? 1 : 0;
  }
  EXPECT_GT(with, 5000U);
  EXPECT_LT(with, 18000U);
}

}  // namespace
}  // namespace stoplog::guard
