// A set of byte values, tested in one load.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>

namespace stoplog::match {

struct byte_set {
  std::array<std::uint64_t, 4> words{};

  byte_set() = default;
  explicit byte_set(const std::bitset<256>& bits) {
    for (std::size_t i = 0; i < 256; ++i) {
      if (bits[i]) words[i / 64] |= std::uint64_t{1} << (i % 64);
    }
  }

  bool has(char byte) const noexcept {
    const auto value = static_cast<unsigned char>(byte);
    return (words[value / 64] >> (value % 64) & 1U) != 0;
  }
  void unite(const byte_set& other) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] |= other.words[i];
  }
  friend bool operator==(const byte_set&, const byte_set&) = default;
};

}  // namespace stoplog::match
