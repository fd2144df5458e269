// Texts in which nothing was found, told again by a keyed hash: an agent sends its
// whole history with every request, and only what is new in it needs a look.
//
// A text is known under its surface and the digest of the policy that judged it;
// policies of one digest judge alike. Texts with findings are not kept: they are
// judged, and recorded, each time.
//
// One worker's; not thread-safe.
#pragma once

#include "base/surface.hpp"
#include "policy/text_marks.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace stoplog::guard {

class judged_texts {
 public:
  // Memory: 16 bytes an entry. The oldest ones give way.
  static constexpr std::size_t entries_usual = 64 * 1024;
  explicit judged_texts(std::size_t entries = entries_usual);

  using mark = policy::text_mark;
  // How a text was judged: as it stands, as one that parts of a message make, or
  // over the messages up to it.
  enum class form : std::uint8_t { whole, joined, conversation };
  mark mark_of(std::string_view text, surface where, form as, std::string_view policy_digest) const;

  bool contain(const mark& m) noexcept;
  void add(const mark& m) noexcept;

 private:
  static constexpr std::size_t ways = 8;
  std::span<mark> bucket(const mark& m) noexcept;
  policy::text_marks hash_;
  std::vector<mark> marks_;   // buckets of `ways`, the latest first; all zero: free
};

}  // namespace stoplog::guard
