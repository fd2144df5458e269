#include "match/char_set.hpp"

#include "text/utf8.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace stoplog::match {

namespace {

constexpr char32_t first_surrogate = 0xD800;
constexpr char32_t last_surrogate = 0xDFFF;

std::uint8_t lead_byte(char32_t c) {
  std::string text;
  text::append_utf8(text, c);
  return static_cast<std::uint8_t>(text.front());
}

// Calls back with the parts of a range whose members have equally many bytes.
template <class Visit>
void by_length(code_range range, Visit visit) {
  constexpr char32_t lasts[] = {0x7F, 0x7FF, 0xFFFF, text::largest_code_point};
  for (const char32_t last : lasts) {
    if (range.first > last) continue;
    visit(code_range{range.first, std::min(range.last, last)});
    if (range.last <= last) return;
    range.first = last + 1;
  }
}

}  // namespace

char_set::char_set(std::initializer_list<code_range> ranges) {
  for (const code_range& r : ranges) add(r.first, r.last);
}

char_set char_set::all() { return {{0, text::largest_code_point}}; }

void char_set::add(char32_t first, char32_t last) {
  if (first < first_surrogate) add_unchecked(first, std::min<char32_t>(last, first_surrogate - 1));
  if (last > last_surrogate) add_unchecked(std::max<char32_t>(first, last_surrogate + 1), last);
}

void char_set::add_unchecked(char32_t first, char32_t last) {
  if (first > last) return;
  const auto touches = [](const code_range& r, char32_t c) { return r.last + 1 < c; };
  auto begin = std::lower_bound(ranges_.begin(), ranges_.end(), first, touches);
  auto end = begin;
  while (end != ranges_.end() && end->first <= last + 1) {
    first = std::min(first, end->first);
    last = std::max(last, end->last);
    ++end;
  }
  begin = ranges_.erase(begin, end);
  ranges_.insert(begin, {first, last});
}

void char_set::add(const char_set& other) {
  for (const code_range& r : other.ranges_) add_unchecked(r.first, r.last);
}

char_set char_set::complement() const {
  char_set rest;
  char32_t next = 0;
  for (const code_range& r : ranges_) {
    if (r.first > next) rest.add(next, r.first - 1);
    next = r.last + 1;
  }
  if (next <= text::largest_code_point) rest.add(next, text::largest_code_point);
  return rest;
}

bool char_set::contains(char32_t c) const noexcept {
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), c, [](char32_t v, const code_range& r) { return v < r.first; });
  return after != ranges_.begin() && std::prev(after)->last >= c;
}

std::size_t char_set::size() const noexcept {
  std::size_t count = 0;
  for (const code_range& r : ranges_) count += r.last - r.first + 1;
  return count;
}

void char_set::add_first_bytes(std::bitset<256>& bytes) const {
  for (const code_range& range : ranges_) {
    by_length(range, [&](code_range r) {
      for (unsigned b = lead_byte(r.first); b <= lead_byte(r.last); ++b) bytes.set(b);
    });
  }
}

void char_set::add_bytes(std::bitset<256>& bytes) const {
  constexpr std::size_t spelled_out = 64;
  add_first_bytes(bytes);
  for (const code_range& r : ranges_) {
    if (r.last < 0x80) continue;
    if (r.last - r.first >= spelled_out) {
      for (unsigned b = 0x80; b <= 0xBF; ++b) bytes.set(b);
      return;
    }
    for (char32_t c = r.first; c <= r.last; ++c) {
      std::string text;
      text::append_utf8(text, c);
      for (const char byte : text) bytes.set(static_cast<std::uint8_t>(byte));
    }
  }
}

}  // namespace stoplog::match
