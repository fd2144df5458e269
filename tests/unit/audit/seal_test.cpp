#include "audit/seal.hpp"

#include <gtest/gtest.h>

namespace stoplog::audit {
namespace {

std::string sealed() {
  std::string line = R"({"seq":42,"v":1,"note":"a word"})";
  seal(line);
  return line;
}

// RFC 3720, appendix B.4, and the usual check value.
TEST(audit_crc32c, is_the_same_by_table_at_every_length_and_place) {
  std::string bytes;
  for (unsigned i = 0; i < 300; ++i) bytes += static_cast<char>(i * 2654435761U >> 13U);
  int tried = 0;
  for (std::size_t from = 0; from < 9; ++from) {
    for (std::size_t size = 0; from + size <= bytes.size(); ++size) {
      const std::string_view part = std::string_view(bytes).substr(from, size);
      ASSERT_EQ(crc32c(part), crc32c_by_table(part)) << from << ' ' << size;
      ++tried;
    }
  }
  EXPECT_EQ(tried, 2673);
}

TEST(audit_crc32c, gives_the_published_values) {
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending += static_cast<char>(i);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(crc32c(ascending), 0x46DD794EU);
  EXPECT_EQ(crc32c(""), 0U);
}

TEST(audit_seal, is_the_last_member_and_gives_the_sequence_back) {
  const std::string line = sealed();
  EXPECT_TRUE(line.starts_with(R"({"seq":42,"v":1,"note":"a word","crc":")"));
  EXPECT_EQ(line.size(), std::string(R"({"seq":42,"v":1,"note":"a word")").size() + seal_bytes);
  EXPECT_EQ(unseal(line), 42U);
}

TEST(audit_seal, every_change_of_a_byte_breaks_it) {
  const std::string line = sealed();
  int tried = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = line;
      changed[at] = static_cast<char>(value);
      if (changed == line) continue;
      ASSERT_FALSE(unseal(changed)) << at << ' ' << value;
      ++tried;
    }
  }
  EXPECT_EQ(tried, static_cast<int>(line.size()) * 255);
}

TEST(audit_seal, every_cut_and_every_extra_byte_breaks_it) {
  const std::string line = sealed();
  for (std::size_t length = 0; length < line.size(); ++length) ASSERT_FALSE(unseal(line.substr(0, length))) << length;
  for (std::size_t first = 1; first < line.size(); ++first) ASSERT_FALSE(unseal(line.substr(first))) << first;
  EXPECT_FALSE(unseal(line + " "));
  EXPECT_FALSE(unseal(line + line));
}

TEST(audit_seal, a_prefix_is_found_before_other_bytes) {
  const std::string line = sealed();
  const auto found = unseal_prefix(line + "?" + line);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->seq, 42U);
  EXPECT_EQ(found->bytes, line.size());
  EXPECT_FALSE(unseal_prefix("?" + line));
}

TEST(audit_seal, a_sealed_line_without_a_sequence_number_is_none) {
  for (const std::string body : {R"({"seq":x)", R"({"seq":)", R"({"seq":-1)", R"({"seq":1x)", R"({"seq":99999999999999999999)"}) {
    std::string line = body + "}";
    seal(line);
    EXPECT_FALSE(unseal(line)) << line;
  }
}

}  // namespace
}  // namespace stoplog::audit
