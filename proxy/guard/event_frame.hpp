// What one event of a stream has in common with the next: mostly everything
// but one text. An event in the same frame says what the one before said, so
// it need not be read as JSON again: only its text is new.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stoplog::guard {

class event_frame {
 public:
  // `data` was read as JSON; the string at [begin, end) in it, its quotes
  // included, is what the next event may have another of.
  void set(std::string_view name, std::string_view data, std::size_t begin, std::size_t end);
  void forget() noexcept { set_ = false; }

  // The text of an event in this frame, undecoded because nothing in it is
  // escaped; empty for any other event.
  std::string_view text_in(std::string_view name, std::string_view data) const noexcept;

  // The frame's data with this text in it.
  std::string with(std::string_view text) const;

 private:
  bool set_ = false;
  std::string name_;
  std::string before_;   // up to the opening quote
  std::string after_;    // from the closing one on
};

}  // namespace stoplog::guard
