// The findings of a stream, and the masks that stand for its redacted text.
#pragma once

#include "match/database.hpp"
#include "match/stream.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::match {

inline constexpr std::size_t findings_max = 1000;

// Keeps the first by (end, rule, begin), each once, in whatever order they come.
class finding_list {
 public:
  void add(const finding& f) { add(f, findings_max); }

  // The same for what decided the text: after all others, and whether or not
  // there is room, so that the reason of a block is always among the findings.
  void add_deciding(const finding& f) { add(f, 2 * findings_max); }

  std::span<const finding> all() const noexcept { return list_; }
  bool more() const noexcept { return more_; }

 private:
  void add(const finding& f, std::size_t most);

  std::vector<finding> list_;
  bool more_ = false;
};

// Redacts the union of the spans it is told of: each run of touching spans
// becomes the mask of the span that starts it (of several, the lowest rule's, and
// of its the longest).
class redactor {
 public:
  void add(const finding& f) { pending_.push_back(f); }

  // Appends the output for the offsets [begin, end), which follow what was given
  // before. `text` begins at `begin` and goes as far as it is known. All spans
  // that begin before `end` are known. Returns whether a byte was replaced.
  bool append(std::string& out, std::string_view text, std::uint64_t begin, std::uint64_t end, const database& rules);

  // True when append would copy `[begin, end)` as it is.
  bool untouched(std::uint64_t begin, std::uint64_t end) const noexcept {
    return (!masked_any_ || masked_upto_ <= begin) && (pending_.empty() || none_begins_before(end));
  }

 private:
  bool none_begins_before(std::uint64_t end) const noexcept;

  std::vector<finding> pending_;  // spans that begin at or after what was given
  std::uint64_t masked_upto_ = 0;
  bool masked_any_ = false;
};

}  // namespace stoplog::match
