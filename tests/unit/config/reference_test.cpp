// What the loader reads and what the documents say are one.
#include "config/reference.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace stoplog::config {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(std::filesystem::path(STOPLOG_SOURCE_DIR) / file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// As a part of a path in backticks: `key`, `a.key`, `a[].key`, `key.b`, `key: value`.
bool documents(const std::string& text, std::string_view key) {
  for (const char* before : {"`", "."}) {
    for (const char* after : {"`", ":", ".", "["}) {
      if (text.find(before + std::string(key) + after) != std::string::npos) return true;
    }
  }
  return false;
}

std::size_t expect_documented(const std::vector<object_reference>& objects, const std::string& text) {
  std::size_t keys = 0;
  for (const auto& object : objects) {
    for (const auto& key : object.keys) {
      if (!key.supported) continue;
      ++keys;
      EXPECT_TRUE(documents(text, key.name)) << object.name << " has the key " << key.name;
      EXPECT_FALSE(key.type.empty()) << object.name << '.' << key.name;
      EXPECT_TRUE(key.about.ends_with('.')) << object.name << '.' << key.name;
    }
  }
  return keys;
}

TEST(reference, of_packs_and_policies_is_documented) {
  const std::string text = text_of("docs/policy-language.md");
  std::size_t keys = 0;
  for (const auto& objects : {pack_reference(), rule_reference(), scope_reference(), match_reference(), policy_reference()}) {
    keys += expect_documented(objects, text);
  }
  EXPECT_GE(keys, 70U);
}

TEST(reference, of_settings_is_documented) {
  EXPECT_GE(expect_documented(settings_reference(), text_of("docs/settings.md")), 50U);
}

// Codes as they stand in the sources: a quoted E or W and three digits.
std::set<std::string> codes_in(const std::string& text, char before, char after) {
  std::set<std::string> codes;
  for (std::size_t at = 0; at + 5 < text.size(); ++at) {
    const std::string_view s = std::string_view(text).substr(at, 6);
    const bool digits = s.substr(2, 3).find_first_not_of("0123456789") == std::string_view::npos;
    if (s[0] == before && (s[1] == 'E' || s[1] == 'W') && digits && s[5] == after) codes.emplace(s.substr(1, 4));
  }
  return codes;
}

TEST(reference, of_problems_is_documented) {
  std::set<std::string> told;
  const std::filesystem::path root = STOPLOG_SOURCE_DIR;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "proxy")) {
    if (entry.path().extension() != ".cpp") continue;
    told.merge(codes_in(text_of(entry.path()), '"', '"'));
  }
  const std::set<std::string> documented = codes_in(text_of("docs/errors.md"), ' ', ' ');
  EXPECT_GE(told.size(), 60U);
  EXPECT_EQ(told, documented);
}

}  // namespace
}  // namespace stoplog::config
