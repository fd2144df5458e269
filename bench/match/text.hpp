// Text for benchmarks that reads like this repository's prose and code, made
// anew for every seed: a chain over its words, so that no two texts are the same.
#pragma once

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

class text_source {
 public:
  explicit text_source(const std::filesystem::path& root) {
    std::vector<std::filesystem::path> files;
    for (const char* folder : {"docs", "proxy"}) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) take(file);
  }

  // Words of three lower-case letters and more, most frequent first.
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
    const std::string* word = &words_[random() % words_.size()];
    while (text.size() < bytes) {
      text += *word;
      text += random() % 14 == 0 ? '\n' : ' ';
      const auto next = followers_.find(*word);
      word = next == followers_.end() ? &words_[random() % words_.size()] : &next->second[random() % next->second.size()];
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
    std::string before;
    for (std::size_t at = 0; (at = all.find_first_not_of(" \n\t\r", at)) != std::string::npos;) {
      const std::size_t begin = at;
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

inline const text_source& source() {
  static const text_source all{STOPLOG_SOURCE_DIR};
  return all;
}

}  // namespace stoplog::bench
