#include "guard/event_frame.hpp"

#include "json/writer.hpp"
#include "text/utf8.hpp"

#include <algorithm>

namespace stoplog::guard {
namespace {

// Whether a JSON string may hold these bytes as they are (RFC 8259, section 7):
// then they cannot end it, and the structure around it stays what it was.
bool stands_for_itself(std::string_view bytes) noexcept {
  const auto plain = [](char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; };
  return std::all_of(bytes.begin(), bytes.end(), plain) && text::is_utf8(bytes);
}

}  // namespace

void event_frame::set(std::string_view name, std::string_view data, std::size_t begin, std::size_t end) {
  name_ = name;
  before_ = data.substr(0, begin + 1);
  after_ = data.substr(end - 1);
  set_ = true;
}

std::string_view event_frame::text_in(std::string_view name, std::string_view data) const noexcept {
  if (!set_ || data.size() <= before_.size() + after_.size()) return {};
  if (!data.starts_with(before_) || !data.ends_with(after_) || name != name_) return {};
  const std::string_view text = data.substr(before_.size(), data.size() - before_.size() - after_.size());
  return stands_for_itself(text) ? text : std::string_view{};
}

std::string event_frame::with(std::string_view text) const {
  std::string data;
  data.reserve(before_.size() + after_.size() + 2 * text.size());
  data.append(before_, 0, before_.size() - 1);
  json::append_string(data, text);
  return data.append(after_, 1);
}

}  // namespace stoplog::guard
