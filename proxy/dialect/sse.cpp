#include "dialect/sse.hpp"

#include <algorithm>
#include <cstring>

namespace stoplog::dialect {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

void sse_decoder::feed(std::string_view bytes) {
  next_lf_ = 0;
  if (carried_.empty()) {
    window_ = bytes;
  } else {
    carried_.append(bytes);
    window_ = carried_;
  }
}

// False: more bytes are needed to know whether one stands there.
bool sse_decoder::skip_byte_order_mark() {
  if (!at_start_) return true;
  const std::string_view first = window_.substr(0, byte_order_mark.size());
  if (!finished_ && first.size() < byte_order_mark.size() && byte_order_mark.starts_with(first)) return false;
  at_start_ = false;
  if (first == byte_order_mark) begin_ = byte_order_mark.size();
  return true;
}

// Where the first CR or LF stands at or after `from`; the window's size if none does.
// Remembers the next LF: with lone CRs each line would look for it anew.
std::size_t sse_decoder::find_line_end(std::size_t from) {
  const auto find = [this, from](char c, std::size_t end) {
    const void* at = from < end ? std::memchr(window_.data() + from, c, end - from) : nullptr;
    return at == nullptr ? end : static_cast<std::size_t>(static_cast<const char*>(at) - window_.data());
  };
  if (next_lf_ < from || next_lf_ == 0) next_lf_ = find('\n', window_.size());
  return find('\r', next_lf_);
}

// Takes the next line without its end. A CR that is the last byte may be half
// of a CRLF, so it waits for the next byte.
bool sse_decoder::next_line(std::string_view& line) {
  const std::size_t end = find_line_end(begin_ + scanned_);
  if (end == window_.size()) {
    scanned_ = window_.size() - begin_;
    return false;
  }
  const bool carriage_return = window_[end] == '\r';
  if (carriage_return && end + 1 == window_.size() && !finished_) {
    scanned_ = end - begin_;
    return false;
  }
  const bool both = carriage_return && end + 1 < window_.size() && window_[end + 1] == '\n';
  if (carriage_return && !both) event_.plain = false;
  line = window_.substr(begin_ + line_, end - begin_ - line_);
  line_ = scanned_ = end + (both ? 2 : 1) - begin_;
  return true;
}

void sse_decoder::add_data(std::string_view value) {
  ++data_lines_;
  if (data_lines_ == 1) {
    data_ = slice_of(value);
    return;
  }
  if (data_lines_ == 2) joined_.assign(in_event(data_));
  joined_ += '\n';
  joined_ += value;
}

void sse_decoder::take_line(std::string_view line) {
  if (line.starts_with(':')) {
    event_.has_comment = true;
    event_.plain = false;
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = line.substr(colon == std::string_view::npos ? line.size() : colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") add_data(value);
  else if (field == "event") name_ = slice_of(value);
  else event_.plain = false;
}

const sse_event* sse_decoder::dispatch() {
  event_.raw = in_event({0, line_});
  event_.name = in_event(name_);
  event_.has_data = data_lines_ != 0;
  event_.data = data_lines_ > 1 ? std::string_view(joined_) : in_event(data_);
  begin_ += line_;
  line_ = scanned_ = 0;
  return &event_;
}

// The caller's bytes end here: what belongs to an event that is not whole is kept.
void sse_decoder::keep_rest() {
  if (window_.data() == carried_.data()) carried_.erase(0, begin_);
  else carried_.assign(window_.substr(begin_));
  window_ = carried_;
  begin_ = next_lf_ = 0;
}

result<const sse_event*> sse_decoder::next() {
  const auto too_big = [] { return fail(errc::upstream_malformed, "an event is larger than limits.event_bytes"); };
  if (line_ == 0 && scanned_ == 0) {
    event_ = {};
    name_ = data_ = {};
    data_lines_ = 0;
  }
  if (skip_byte_order_mark()) {
    for (std::string_view line; next_line(line);) {
      if (line_ > event_bytes_max_) return too_big();
      if (line.empty()) return dispatch();
      take_line(line);
    }
  }
  if (window_.size() - begin_ > event_bytes_max_) return too_big();
  keep_rest();
  return nullptr;
}

void append_event(std::string& out, std::string_view name, std::string_view data) {
  if (!name.empty()) out.append("event: ").append(name).append("\n");
  for (;;) {
    // Twice memchr is much faster than looking for either.
    const std::size_t end = std::min(data.find('\n'), data.find('\r'));
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + 1);
  }
  out += '\n';
}

}  // namespace stoplog::dialect
