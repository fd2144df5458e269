// Texts in which nothing was found, told again by a keyed hash: an agent sends its
// whole history with every request, and only what is new in it needs a look.
//
// A text is known under its surface and the digest of the policy that judged it;
// policies of one digest judge alike. Texts with findings are not kept: they are
// judged, and recorded, each time. The key is random and known to this process
// alone, so nobody can make a text that is taken for another.
//
// One worker's; not thread-safe.
#pragma once

#include "base/surface.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace stoplog::guard {

class judged_texts {
 public:
  // Memory: 16 bytes an entry. The oldest ones give way.
  static constexpr std::size_t entries_usual = 64 * 1024;
  explicit judged_texts(std::size_t entries = entries_usual);
  ~judged_texts();
  judged_texts(judged_texts&&) noexcept;

  // 128 bits that stand for the text.
  using mark = std::array<std::uint64_t, 2>;
  // How a text was judged: as it stands, or as one that parts of a message make.
  enum class form : std::uint8_t { whole, joined };
  mark mark_of(std::string_view text, surface where, form as, std::string_view policy_digest) const;

  bool contain(const mark& m) noexcept;
  void add(const mark& m) noexcept;

 private:
  static constexpr std::size_t ways = 8;
  struct hash;
  std::span<mark> bucket(const mark& m) noexcept;
  std::unique_ptr<hash> hash_;
  std::vector<mark> marks_;   // buckets of `ways`, the latest first; all zero: free
};

}  // namespace stoplog::guard
