#include "match/lexicon.hpp"

#include "text/utf8.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace stoplog::match {
namespace {

struct range {
  char32_t first, last;
};

// Letters and marks of scripts written with spaces, in whole blocks: a word
// boundary inside a block that also holds a few signs is not worth a table.
constexpr std::array<range, 12> joining{{
    {0x00AA, 0x00AA}, {0x00B5, 0x00B5}, {0x00BA, 0x00BA}, {0x00C0, 0x00D6}, {0x00D8, 0x00F6}, {0x00F8, 0x0DFF},
    {0x10A0, 0x177F}, {0x1800, 0x1FFF}, {0x2C00, 0x2DFF}, {0xA640, 0xA7FF}, {0xAB30, 0xABFF}, {0xFB00, 0xFDFF},
}};

std::uint16_t first_bytes(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text[0]);
  const auto second = static_cast<unsigned char>(text[1]);
  return static_cast<std::uint16_t>(first << 8U | second);
}

}  // namespace

bool joins_words_beyond_ascii(char32_t c) noexcept {
  return std::any_of(joining.begin(), joining.end(), [c](range r) { return c >= r.first && c <= r.last; });
}

bool breaks_word(std::string_view text, std::size_t at) noexcept {
  if (at == 0 || at >= text.size()) return true;
  std::size_t before = at - 1;
  while (before > 0 && (static_cast<unsigned char>(text[before]) & 0xC0U) == 0x80) --before;
  const auto left = text::decode_front(text.substr(before));
  const auto right = text::decode_front(text.substr(at));
  return !left || !right || !joins_words(left->code_point) || !joins_words(right->code_point);
}

void lexicon::add(std::string_view phrase) {
  if (phrase.empty() || !phrases_.emplace(phrase).second) return;
  if (phrase.size() == 1) {
    single_.set(static_cast<unsigned char>(phrase[0]));
    return;
  }
  auto& lengths = lengths_[first_bytes(phrase)];
  const auto length = static_cast<std::uint32_t>(phrase.size());
  const auto place = std::lower_bound(lengths.begin(), lengths.end(), length, std::greater<>{});
  if (place == lengths.end() || *place != length) lengths.insert(place, length);
}

std::span<const std::uint32_t> lexicon::lengths_at(std::string_view text, std::size_t begin) const {
  if (begin + 2 > text.size()) return {};
  const auto found = lengths_.find(first_bytes(text.substr(begin)));
  if (found == lengths_.end()) return {};
  return found->second;
}

bool lexicon::stands_at(std::string_view text, std::size_t begin, std::size_t length, std::size_t limit) const {
  return begin + length <= limit && breaks_word(text, begin + length) &&
         phrases_.contains(text.substr(begin, length));
}

}  // namespace stoplog::match
