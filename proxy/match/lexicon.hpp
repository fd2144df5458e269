// Phrases that are matched literally and on word boundaries: `words` and lists.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace stoplog::match {

// Whether two of these side by side are one word: ASCII letters, digits and _,
// and the letters of scripts that put spaces between words. Han, kana, Thai and
// their like are not, so that a phrase is found in running text.
bool joins_words_beyond_ascii(char32_t code_point) noexcept;
constexpr bool joins_words(char32_t c) noexcept {
  if (c >= 0x80) return joins_words_beyond_ascii(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Whether `at` is no place between two characters that join.
bool breaks_word(std::string_view text, std::size_t at) noexcept;

// A phrase stands on word boundaries when neither of its ends lies between two
// characters that join. A phrase that ends in punctuation may be followed by
// anything.
class lexicon {
 public:
  // Empty phrases are ignored.
  void add(std::string_view phrase);

  bool empty() const noexcept { return phrases_.empty(); }
  std::size_t size() const noexcept { return phrases_.size(); }
  template <class Visit>
  void each(Visit visit) const {
    for (const std::string& phrase : phrases_) visit(std::string_view(phrase));
  }

  // The lengths in bytes of all phrases that stand at `begin`, ending at or
  // before `limit`, longest first, until `take` returns true; true if it did.
  // The text's own ends count as boundaries.
  template <class Take>
  bool at(std::string_view text, std::size_t begin, std::size_t limit, Take take) const {
    if (begin >= limit || !breaks_word(text, begin)) return false;
    for (const std::uint32_t length : lengths_at(text, begin)) {
      if (stands_at(text, begin, length, limit) && take(static_cast<std::size_t>(length))) return true;
    }
    return single_[static_cast<unsigned char>(text[begin])] && breaks_word(text, begin + 1) && take(std::size_t{1});
  }

 private:
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
  };
  std::span<const std::uint32_t> lengths_at(std::string_view text, std::size_t begin) const;
  bool stands_at(std::string_view text, std::size_t begin, std::size_t length, std::size_t limit) const;

  std::unordered_set<std::string, hash, std::equal_to<>> phrases_;
  std::unordered_map<std::uint16_t, std::vector<std::uint32_t>> lengths_;  // by the first two bytes, descending
  std::bitset<256> single_;  // phrases of one byte
};

}  // namespace stoplog::match
