// 128 bits that stand for a text within this process: SipHash under a random key
// that nobody else has, so nobody can make a text that is taken for another.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace stoplog::policy {

using text_mark = std::array<std::uint64_t, 2>;

// Not thread-safe.
class text_marks {
 public:
  text_marks();
  ~text_marks();
  text_marks(text_marks&&) noexcept;

  // Of a context and a text. Never all zero.
  text_mark of(std::string_view context, std::string_view text) const;

 private:
  struct hash;
  std::unique_ptr<hash> hash_;
};

}  // namespace stoplog::policy
