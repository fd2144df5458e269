// Synthetic rules and fresh text for benchmarks of the matcher. The vocabulary
// is that of this repository's own prose and code; the rules are about nothing.
#pragma once

#include "match/rule_spec.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace stoplog::bench {

// Text that reads like the repository's, made anew for every seed: a chain over
// its words, so that no two texts are the same.
class text_source {
 public:
  explicit text_source(const std::filesystem::path& root) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "docs")) take(entry.path());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "proxy")) take(entry.path());
  }

  // The words of two characters and more, most frequent first.
  std::vector<std::string> vocabulary() const {
    std::vector<std::pair<std::size_t, std::string>> by_count;
    for (const auto& [word, next] : followers_) {
      const bool plain = std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
      if (plain && word.size() > 2) by_count.emplace_back(next.size(), word);
    }
    std::sort(by_count.rbegin(), by_count.rend());
    std::vector<std::string> words;
    for (auto& [count, word] : by_count) words.push_back(std::move(word));
    return words;
  }

  std::string make(std::size_t bytes, std::uint64_t seed) const {
    std::mt19937_64 random(seed);
    std::string text;
    std::string_view word = words_[random() % words_.size()];
    while (text.size() < bytes) {
      text += word;
      text += random() % 14 == 0 ? '\n' : ' ';
      const auto next = followers_.find(std::string(word));
      word = next == followers_.end() ? words_[random() % words_.size()] : next->second[random() % next->second.size()];
    }
    text.resize(bytes);
    return text;
  }

 private:
  void take(const std::filesystem::path& path) {
    const auto extension = path.extension();
    if (extension != ".md" && extension != ".cpp" && extension != ".hpp") return;
    std::ifstream in(path);
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    std::size_t at = 0;
    std::string before;
    while (at < all.size()) {
      const std::size_t begin = all.find_first_not_of(" \n\t\r", at);
      if (begin == std::string::npos) break;
      at = std::min(all.find_first_of(" \n\t\r", begin), all.size());
      std::string word = all.substr(begin, at - begin);
      if (std::any_of(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) continue;
      if (!before.empty()) followers_[before].push_back(word);
      words_.push_back(word);
      before = std::move(word);
    }
  }

  std::vector<std::string> words_;
  std::unordered_map<std::string, std::vector<std::string>> followers_;
};

// Rules as rule packs have them: phrases, a verb and a thing with a gap between,
// keys with a prefix, word lists, addresses; and three without any literal.
class rule_maker {
 public:
  rule_maker(std::vector<std::string> words, std::uint64_t seed) : words_(std::move(words)), random_(seed) {}

  std::vector<match::rule_spec> make(std::size_t count) {
    std::vector<match::rule_spec> rules;
    if (count >= 4) {
      rules.push_back(regex(R"(\b(?:[0-9][ -]?){12,18}[0-9]\b)", match::view::folded));
      rules.back().match.parts[0].check = match::check::luhn;
      rules.push_back(regex(R"(\b[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,40}\.[a-z]{2,12}\b)", match::view::folded));
      rules.push_back(regex(R"(\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,6}\b)", match::view::raw));
    }
    while (rules.size() < count) rules.push_back(one());
    return rules;
  }

  std::string rare() { return words_[words_.size() / 4 + random_() % (words_.size() * 3 / 4)]; }
  std::string_view verb() {
    static constexpr std::string_view verbs[] = {"write", "create", "build",  "make",  "give me", "show me", "how to", "explain", "tell me", "list",
                                                 "find",  "get",    "send",   "copy",  "open",    "read",    "run",    "use",     "print",   "return"};
    return verbs[random_() % std::size(verbs)];
  }

 private:
  static match::rule_spec regex(std::string pattern, match::view v) {
    match::rule_spec rule;
    rule.effect = verdict::redact;
    rule.match.parts.push_back({.regex = std::move(pattern), .view = v});
    return rule;
  }

  match::rule_spec one() {
    using match::view;
    switch (random_() % 20) {
      case 0: case 1: case 2: case 3: case 4: case 5:
        return regex("\\b" + rare() + " " + rare() + "\\b", view::folded);
      case 6: case 7: case 8: case 9: case 10:
        return regex("\\b(?:" + std::string(verb()) + "|" + std::string(verb()) + ") (?:a |an |the |some )?.{0,40}\\b" + rare() + " ?" + rare() + "\\b",
                     view::folded);
      case 11: case 12: case 13:
        return regex("\\b" + key_prefix() + "[A-Za-z0-9]{20,40}\\b", view::raw);
      case 14: case 15: {
        match::rule_spec rule = regex("", view::folded);
        for (std::uint64_t n = 3 + random_() % 8; n > 0; --n) rule.match.parts[0].words.push_back(rare() + " " + rare());
        return rule;
      }
      case 16: return regex("https?://" + rare() + "[.]" + rare() + R"([.]example/[^\s]{1,60})", view::folded);
      case 17: return regex("\\b" + rare() + "[ _-]{0,3}" + rare() + "[ _-]{0,3}" + rare() + "\\b", view::folded);
      case 18: return regex("(?i)\\b" + rare() + "(?:s|es|ed|ing)? (?:of|for|to|with) (?:the |a )?" + rare() + "\\b", view::folded);
      default: return regex("\\b" + rare() + R"(\s{1,3}(?:\w{1,12}\s{1,3}){0,3})" + rare() + "\\b", view::folded);
    }
  }

  std::string key_prefix() {
    std::string out;
    for (int i = 0; i < 4; ++i) out += static_cast<char>((i % 2 == 0 ? 'A' : 'a') + static_cast<char>(random_() % 26));
    return out + "_";
  }

  std::vector<std::string> words_;
  std::mt19937_64 random_;
};

}  // namespace stoplog::bench
