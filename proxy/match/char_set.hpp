// A set of code points as sorted, disjoint ranges. Surrogates are never in it:
// they do not occur in UTF-8.
#pragma once

#include <bitset>
#include <cstddef>
#include <initializer_list>
#include <vector>

namespace stoplog::match {

struct code_range {
  char32_t first;
  char32_t last;
  friend bool operator==(const code_range&, const code_range&) = default;
};

class char_set {
 public:
  char_set() = default;
  char_set(std::initializer_list<code_range> ranges);
  static char_set all();

  void add(char32_t first, char32_t last);
  void add(char32_t c) { add(c, c); }
  void add(const char_set& other);
  char_set complement() const;

  bool contains(char32_t c) const noexcept;
  bool empty() const noexcept { return ranges_.empty(); }
  std::size_t size() const noexcept;  // code points
  const std::vector<code_range>& ranges() const noexcept { return ranges_; }

  // The first bytes of its members in UTF-8, and all their bytes; the latter may
  // hold a continuation byte too many.
  void add_first_bytes(std::bitset<256>& bytes) const;
  void add_bytes(std::bitset<256>& bytes) const;

  friend bool operator==(const char_set&, const char_set&) = default;

 private:
  void add_unchecked(char32_t first, char32_t last);
  std::vector<code_range> ranges_;
};

}  // namespace stoplog::match
