// The end of a text that comes in pieces: what is not released yet, and enough
// before it for fingerprints and excerpts of what was found.
#pragma once

#include "match/stream.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace stoplog::guard {

class recent_text {
 public:
  // `unreleased`: offset from which on everything must be kept.
  void append(std::string_view text, std::uint64_t unreleased) {
    if (text_.size() > 4 * kept && unreleased > begin_ + 2 * kept) {
      const std::uint64_t forget = unreleased - begin_ - kept;
      text_.erase(0, forget);
      begin_ += forget;
    }
    text_ += text;
  }

  std::uint64_t begin() const noexcept { return begin_; }
  std::uint64_t end() const noexcept { return begin_ + text_.size(); }

  // As much of the span as is still here.
  std::string_view in(match::text_span where) const noexcept {
    const std::uint64_t first = std::max(where.begin, begin_);
    const std::uint64_t last = std::min(where.end, end());
    return first < last ? std::string_view(text_).substr(first - begin_, last - first) : std::string_view{};
  }

 private:
  // More than the longest match of a rule and its excerpt's context, in bytes.
  static constexpr std::uint64_t kept = 8192;
  std::string text_;
  std::uint64_t begin_ = 0;
};

}  // namespace stoplog::guard
