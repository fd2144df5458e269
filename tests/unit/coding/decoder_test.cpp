#include "coding/decoder.hpp"
#include "support/encode.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace stoplog::coding {
namespace {

constexpr kind all_kinds[] = {kind::identity, kind::gzip, kind::br, kind::zstd};
constexpr decode_limits roomy{.bytes = 64 * 1024 * 1024};

std::vector<std::string> texts() {
  std::vector<std::string> list{"", "a", R"({"model":"demo","messages":[{"role":"user","content":"hello"}]})"};
  std::string long_one;
  std::mt19937 dice(7);
  while (long_one.size() < 100'000) long_one += "data: {\"n\":" + std::to_string(dice()) + "}\n\n";
  list.push_back(std::move(long_one));
  return list;
}

result<std::string> decode_in_pieces(kind which, std::string_view bytes, std::size_t piece) {
  decoder d(which, roomy);
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (const auto fed = d.feed(bytes.substr(at, piece), out); !fed) return fed.error();
  }
  if (const auto ended = d.finish(); !ended) return ended.error();
  return out;
}

TEST(Coding, NamesAreThoseOfTheRegistry) {
  EXPECT_EQ(coding_of("").value(), kind::identity);
  EXPECT_EQ(coding_of("Identity").value(), kind::identity);
  EXPECT_EQ(coding_of("gzip").value(), kind::gzip);
  EXPECT_EQ(coding_of("X-GZIP").value(), kind::gzip);
  EXPECT_EQ(coding_of("br").value(), kind::br);
  EXPECT_EQ(coding_of("ZSTD").value(), kind::zstd);
  for (const char* other : {"deflate", "compress", "gzip, br", "gzip,", "gzip;q=1", "*", "cow", "gzip identity"}) {
    EXPECT_EQ(coding_of(other).error().code, errc::unsupported_coding) << other;
  }
}

TEST(Coding, EveryCutDecodesToTheSame) {
  std::size_t cases = 0;
  for (const kind which : all_kinds) {
    for (const std::string& text : texts()) {
      const std::string coded = support::encode(which, text);
      for (const std::size_t piece : {1UL, 2UL, 7UL, 1000UL, 1UL << 30U}) {
        const auto back = decode_in_pieces(which, coded, piece);
        ASSERT_TRUE(back.has_value()) << back.error().detail;
        EXPECT_EQ(*back, text);
        ++cases;
      }
      // One cut, everywhere.
      for (std::size_t cut = 0; cut <= coded.size() && coded.size() < 500; ++cut, ++cases) {
        decoder d(which, roomy);
        std::string out;
        ASSERT_TRUE(d.feed(coded.substr(0, cut), out) && d.feed(coded.substr(cut), out) && d.finish());
        EXPECT_EQ(out, text);
      }
    }
  }
  EXPECT_GT(cases, 300U);
}

TEST(Coding, WhatBreaksOffIsNotWhole) {
  std::size_t cases = 0;
  for (const kind which : {kind::gzip, kind::br, kind::zstd}) {
    const std::string coded = support::encode(which, texts()[2]);
    for (std::size_t size = 1; size < coded.size(); ++size, ++cases) {
      const auto cut = decode(which, roomy, coded.substr(0, size));
      ASSERT_FALSE(cut.has_value()) << size;
      EXPECT_EQ(cut.error().code, errc::malformed_request);
    }
  }
  EXPECT_GT(cases, 150U);
}

TEST(Coding, NothingFollowsTheEnd) {
  for (const kind which : {kind::gzip, kind::br, kind::zstd}) {
    const std::string coded = support::encode(which, "text");
    for (const std::string& behind : {std::string("x"), std::string(1, '\0'), coded}) {
      EXPECT_EQ(decode(which, roomy, coded + behind).error().code, errc::malformed_request);
      EXPECT_FALSE(decode_in_pieces(which, coded + behind, 1).has_value());
    }
  }
}

TEST(Coding, OtherBytesAreRefused) {
  std::size_t cases = 0;
  const std::string zlib_wrapped = support::gzip("text", 15);
  const std::string raw_deflate = support::gzip("text", -15);
  for (const kind which : {kind::gzip, kind::zstd}) {  // brotli has no mark by which to know it
    for (const std::string& bytes : {std::string("{\"model\":1}"), zlib_wrapped, raw_deflate, support::brotli("text")}) {
      EXPECT_FALSE(decode(which, roomy, bytes).has_value());
      ++cases;
    }
    // Both say a checksum: no flipped bit goes unnoticed.
    const std::string coded = support::encode(which, texts()[2]);
    for (std::size_t bit = 0; bit < coded.size() * 8; ++bit) {
      std::string wrong = coded;
      wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ (1 << bit % 8));
      const auto back = decode(which, roomy, wrong);
      EXPECT_TRUE(!back || *back == texts()[2]) << bit;
      ++cases;
    }
  }
  EXPECT_GT(cases, 900U);
}

TEST(Coding, LimitsAreCrossed) {
  const std::string text(100'000, 'x');
  for (const kind which : all_kinds) {
    const std::string coded = support::encode(which, text);
    EXPECT_TRUE(decode(which, {.bytes = text.size()}, coded).has_value());
    const auto over = decode(which, {.bytes = text.size() - 1}, coded);
    ASSERT_FALSE(over.has_value());
    EXPECT_EQ(over.error().code, errc::body_too_large);
  }
}

// 64 MiB of one letter, in a few hundred or thousand bytes: refused long before it is written out.
TEST(Coding, BombsAreRefusedEarly) {
  const std::string text(64 * 1024 * 1024, 'x');
  for (const kind which : {kind::gzip, kind::br, kind::zstd}) {
    const std::string coded = support::encode(which, text);
    ASSERT_LT(coded.size(), 100'000U);
    decoder d(which, {.bytes = 1U << 30U});
    std::string out;
    result<void> fed;
    for (std::size_t at = 0; fed && at < coded.size(); at += 64) fed = d.feed(std::string_view(coded).substr(at, 64), out);
    ASSERT_FALSE(fed.has_value());
    EXPECT_EQ(fed.error().code, errc::body_too_large);
    EXPECT_LT(out.size(), 1024 * 1024 + 200 * coded.size());
    EXPECT_LT(out.size(), 20 * 1024 * 1024U);
  }
}

TEST(Coding, AWindowOverTheRegisteredOneIsRefused) {
  std::string text;
  std::mt19937 dice(3);
  while (text.size() < 40 * 1024 * 1024) text.append(1024, static_cast<char>('a' + dice() % 26));
  EXPECT_TRUE(decode(kind::zstd, {.bytes = 1U << 30U, .ratio = 1U << 20U}, support::zstd(text, 23)).has_value());
  const auto wide = decode(kind::zstd, {.bytes = 1U << 30U, .ratio = 1U << 20U}, support::zstd(text, 24));
  ASSERT_FALSE(wide.has_value());
  EXPECT_EQ(wide.error().code, errc::malformed_request);
}

// A frame of one raw block (RFC 8878, 3.1.1), whatever its head says of its length.
std::string zstd_frame(unsigned told, unsigned size) {
  std::string frame("\x28\xB5\x2F\xFD\x80\x00", 6);
  frame += std::string{static_cast<char>(told), 0, 0, 0};
  frame += std::string{static_cast<char>((size << 3U) | 1U), 0, 0};
  return frame + std::string(size, 'a');
}

TEST(Coding, AFrameIsAsLongAsItsHeadSays) {
  std::size_t cases = 0;
  for (const unsigned told : {0U, 1U, 2U, 5U}) {
    for (const unsigned size : {0U, 1U, 2U, 5U}) {
      const std::string frame = zstd_frame(told, size);
      for (std::size_t piece = 1; piece <= frame.size(); ++piece, ++cases) {
        const auto back = decode_in_pieces(kind::zstd, frame, piece);
        EXPECT_EQ(back.has_value(), told == size) << told << ' ' << size << " in pieces of " << piece;
        if (back) EXPECT_EQ(*back, std::string(size, 'a'));
      }
    }
  }
  EXPECT_EQ(cases, 240U);
}

TEST(Coding, NoBytesAreAnEmptyBody) {
  for (const kind which : all_kinds) EXPECT_EQ(decode(which, roomy, "").value(), "");
}

}  // namespace
}  // namespace stoplog::coding
