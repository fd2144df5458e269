#include "text/utf8.hpp"

#include <gtest/gtest.h>

#include <array>

namespace stoplog::text {
namespace {

std::string encode(char32_t c) {
  std::string out;
  append_utf8(out, c);
  return out;
}

bool scalar(char32_t c) { return c <= largest_code_point && (c < 0xD800 || c > 0xDFFF); }

TEST(utf8, every_scalar_value_survives_encoding_and_decoding) {
  int seen = 0;
  for (char32_t c = 0; c <= largest_code_point; ++c) {
    if (!scalar(c)) continue;
    const std::string text = encode(c);
    const auto back = decode_front(text + "x");
    ASSERT_TRUE(back.has_value()) << std::hex << static_cast<unsigned>(c);
    ASSERT_EQ(back->code_point, c);
    ASSERT_EQ(back->length, text.size());
    ASSERT_TRUE(is_utf8(text));
    ++seen;
  }
  EXPECT_EQ(seen, 0x110000 - 0x800);
}

// The plain definition, to hold the decoder against.
bool valid_by_definition(std::string_view bytes) {
  for (char32_t c = 0; c <= largest_code_point; ++c) {
    if (scalar(c) && encode(c) == bytes) return true;
  }
  return false;
}

TEST(utf8, of_all_two_byte_texts_only_the_defined_ones_are_valid) {
  int valid = 0;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const bool two_ascii = first < 0x80 && second < 0x80;
      const bool one_sequence = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
      ASSERT_EQ(is_utf8(text), two_ascii || one_sequence) << first << ' ' << second;
      valid += is_utf8(text) ? 1 : 0;
    }
  }
  EXPECT_EQ(valid, 128 * 128 + 30 * 64);
}

TEST(utf8, of_all_three_byte_sequences_as_many_are_valid_as_are_defined) {
  int valid = 0;
  for (int lead = 0xE0; lead <= 0xEF; ++lead) {
    for (int second = 0; second < 256; ++second) {
      for (int third = 0; third < 256; ++third) {
        valid += is_utf8(std::string{static_cast<char>(lead), static_cast<char>(second), static_cast<char>(third)}) ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(valid, 0x10000 - 0x800 - 0x800);
}

TEST(utf8, of_all_four_byte_sequences_as_many_are_valid_as_are_defined) {
  int valid = 0;
  for (int lead = 0xF0; lead <= 0xFF; ++lead) {
    for (int second = 0; second < 256; ++second) {
      for (const int third : {0x00, 0x7F, 0x80, 0xBF, 0xC0}) {
        const std::string text{static_cast<char>(lead), static_cast<char>(second), static_cast<char>(third), '\x80'};
        valid += is_utf8(text) ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(valid, 0x100000 / 0x1000 * 2);  // 256 pairs of lead and second byte, two of the thirds
}

TEST(utf8, what_must_not_be_utf8) {
  const std::array<std::string_view, 14> refused = {
      "\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
      "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF"};
  int cases = 0;
  for (const std::string_view text : refused) {
    EXPECT_FALSE(is_utf8(text));
    EXPECT_FALSE(decode_front(text).has_value());
    EXPECT_FALSE(valid_by_definition(text));
    ++cases;
  }
  EXPECT_EQ(cases, 14);
}

TEST(utf8, a_cut_sequence_is_pending_and_not_valid_at_the_end) {
  const std::string text = encode(0x1F600);
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    utf8_validator validator;
    EXPECT_TRUE(validator.feed(std::string_view(text).substr(0, cut)));
    EXPECT_EQ(validator.pending(), cut);
    EXPECT_FALSE(is_utf8(std::string_view(text).substr(0, cut)));
    EXPECT_FALSE(decode_front(std::string_view(text).substr(0, cut)).has_value());
    EXPECT_TRUE(validator.feed(std::string_view(text).substr(cut)));
    EXPECT_EQ(validator.pending(), 0U);
  }
  EXPECT_FALSE(decode_front("").has_value());
  EXPECT_TRUE(is_utf8(""));
}

TEST(utf8, a_failure_is_final) {
  utf8_validator validator;
  EXPECT_FALSE(validator.feed("fine until \xFF"));
  EXPECT_FALSE(validator.feed("fine again"));
  EXPECT_FALSE(validator.feed(""));

  utf8_decoder decoder;
  EXPECT_EQ(decoder.push('\xC3'), utf8_decoder::outcome::need_more);
  EXPECT_EQ(decoder.push('x'), utf8_decoder::outcome::invalid);
  EXPECT_EQ(decoder.push('x'), utf8_decoder::outcome::invalid);
}

TEST(utf8, the_verdict_does_not_depend_on_the_cut) {
  const std::string good = "plain text of more than thirty-two bytes, then \u00E9\u20AC\U0001F600 and more plain text after it";
  int cases = 0;
  for (std::size_t broken = 0; broken <= good.size(); ++broken) {
    std::string text = good;
    if (broken < good.size()) text[broken] = '\xFF';
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      utf8_validator validator;
      const bool whole = validator.feed(std::string_view(text).substr(0, cut)) && validator.feed(std::string_view(text).substr(cut));
      ASSERT_EQ(whole, broken == good.size()) << broken << ' ' << cut;
      ++cases;
    }
  }
  EXPECT_EQ(cases, static_cast<int>((good.size() + 1) * (good.size() + 1)));
}

}  // namespace
}  // namespace stoplog::text
