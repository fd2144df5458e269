// Server-sent events, as the WHATWG HTML standard defines the event stream:
// lines end in CR, LF or CRLF, several `data` lines are one text, a line that
// begins with a colon is a comment.
//
//   decoder.feed(bytes);
//   while (event = decoder.next()) ...      null: feed more
//   decoder.finish(); the same loop again   at the end of the stream
//
// What comes out does not depend on how the bytes were cut.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace stoplog::dialect {

// Everything up to a blank line. Views are valid until the next call.
struct sse_event {
  std::string_view raw;     // as it came, the blank line included
  std::string_view name;    // the last `event` field; empty if there is none
  std::string_view data;    // the `data` lines, joined by LF
  bool has_data = false;    // an event without data is not dispatched to anybody
  bool has_comment = false;
  // Whether `raw` says `data` and `event` and nothing else (no comments, ids,
  // unknown fields, lone CRs), so that every reader understands it alike.
  bool plain = true;
};

class sse_decoder {
 public:
  explicit sse_decoder(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

  // `bytes` must live until next() has returned null.
  void feed(std::string_view bytes);

  // No more bytes will come.
  void finish() noexcept { finished_ = true; }

  // Errors: upstream_malformed for an event beyond the limit; the decoder is then over.
  result<const sse_event*> next();

  // Whether an event has begun that has no end yet.
  bool pending() const noexcept { return begin_ < window_.size(); }

 private:
  bool skip_byte_order_mark();
  std::size_t find_line_end(std::size_t from);
  bool next_line(std::string_view& line);
  void take_line(std::string_view line);
  void add_data(std::string_view value);
  const sse_event* dispatch();
  void keep_rest();

  // A part of the event, relative to its first byte: what it lies in may move.
  struct slice {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  std::string_view in_event(slice s) const noexcept { return window_.substr(begin_ + s.begin, s.size); }
  slice slice_of(std::string_view text) const noexcept {
    return {static_cast<std::size_t>(text.data() - window_.data()) - begin_, text.size()};
  }

  std::size_t event_bytes_max_;
  bool finished_ = false;
  bool at_start_ = true;         // a byte order mark may come
  std::string carried_;          // an event that is not whole yet
  std::string_view window_;      // what is being read: the caller's bytes, or carried_
  std::size_t next_lf_ = 0;      // in window_; before what is read: not known
  std::size_t begin_ = 0;        // of the event, in window_
  std::size_t line_ = 0;         // of the line, in the event
  std::size_t scanned_ = 0;      // bytes of the event that hold no line end which was not taken

  sse_event event_;
  slice name_;
  slice data_;                   // when there is one `data` line
  std::string joined_;           // when there are several
  std::size_t data_lines_ = 0;
};

// Appends one event with these lines. An empty name is left out.
void append_event(std::string& out, std::string_view name, std::string_view data);

}  // namespace stoplog::dialect
