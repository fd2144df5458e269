// A tool call's arguments as their reader will see them: the escapes in the
// JSON strings of the text are decoded, everything else stands as it is. Rules
// that ask for a word boundary would miss what follows "\n", and "\u0041" would
// hide a letter.
//
// Incremental and independent of the cut. Text that is no JSON does no harm:
// only escapes between quotes are decoded, and the guard judges the text as it
// came as well.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace stoplog::guard {

class unescaped_view {
 public:
  // Takes more of the text and appends to `out` what can be read now. At the
  // end an escape that was cut off stands as it came.
  void feed(std::string_view raw, bool end, std::string& out);

  // Where in the text the character at offset `at` of the view begins; for the
  // view's end, where the text that it covers ends. `at` may not decrease.
  std::uint64_t raw_offset(std::uint64_t at);

 private:
  // A run of the view and the text that it stands for. A run of equal sizes is
  // the text itself; any other is one character.
  struct run {
    std::uint64_t view;
    std::uint64_t raw;
    std::uint64_t view_size;
    std::uint64_t raw_size;
  };
  void take(char c, std::string& out);
  void add_plain(std::string_view text, std::string& out);
  void add_decoded(std::string_view character, std::uint64_t raw_size, std::string& out);
  bool escape_may_go_on() const noexcept;
  void resolve_escape(std::string& out);

  bool in_string_ = false;
  std::string escape_;      // a backslash and what followed it, not understood yet
  std::deque<run> runs_;
  std::uint64_t view_end_ = 0;
  std::uint64_t raw_end_ = 0;
};

}  // namespace stoplog::guard
