#include "json/writer.hpp"

#include <charconv>
#include <cmath>

namespace stoplog::json {
namespace {

void append_escape(std::string& out, unsigned unit) {
  constexpr char digits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 0xF];
}

// What stands for an ASCII character that may not stand in a string as it is.
void append_ascii_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: append_escape(out, static_cast<unsigned char>(c));
  }
}

// U+2028 and U+2029 end a line in JavaScript source: E2 80 A8 and E2 80 A9.
bool is_line_separator(std::string_view text, std::size_t at) noexcept {
  return text[at] == '\xE2' && text.size() - at >= 3 && text[at + 1] == '\x80' &&
         (text[at + 2] == '\xA8' || text[at + 2] == '\xA9');
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // what begins here was not appended yet
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool ascii = c == '"' || c == '\\' || c == '\x7F' || (c >= 0 && c < 0x20);
    const bool separator = !ascii && is_line_separator(text, at);
    if (!ascii && !separator) continue;
    out.append(text, plain, at - plain);
    if (ascii) {
      append_ascii_escape(out, c);
    } else {
      append_escape(out, text[at + 2] == '\xA8' ? 0x2028 : 0x2029);
      at += 2;
    }
    plain = at + 1;
  }
  out.append(text, plain);
  out += '"';
}

void writer::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

writer& writer::begin_object() {
  separate();
  out_ += '{';
  first_ = true;
  return *this;
}

writer& writer::end_object() {
  out_ += '}';
  first_ = false;
  return *this;
}

writer& writer::begin_array() {
  separate();
  out_ += '[';
  first_ = true;
  return *this;
}

writer& writer::end_array() {
  out_ += ']';
  first_ = false;
  return *this;
}

writer& writer::key(std::string_view name) {
  separate();
  append_string(out_, name);
  out_ += ':';
  first_ = true;  // its value takes no comma
  return *this;
}

writer& writer::string(std::string_view text) {
  separate();
  append_string(out_, text);
  return *this;
}

writer& writer::number(std::int64_t value) {
  separate();
  out_ += std::to_string(value);
  return *this;
}

writer& writer::number(double value) {
  expects(std::isfinite(value), "JSON has no infinity and no NaN");
  separate();
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  expects(error == std::errc{}, "a double fits into 32 characters");
  out_.append(text, end);
  return *this;
}

writer& writer::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
  return *this;
}

writer& writer::null() {
  separate();
  out_ += "null";
  return *this;
}

writer& writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace stoplog::json
