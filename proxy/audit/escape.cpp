#include "audit/escape.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace stoplog::audit {
namespace {

struct scalar {
  char32_t value;
  std::size_t bytes;
  bool valid;
};

constexpr char32_t replacement = 0xFFFD;

// One Unicode scalar value, or one byte that begins none (RFC 3629).
scalar decode(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 ? 4U : lead >= 0xE0 ? 3U : 2U;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {replacement, 1, false};
  char32_t value = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return {replacement, 1, false};
    value = value << 6U | (at(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool valid = value >= least[length] && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  return valid ? scalar{value, length, true} : scalar{replacement, 1, false};
}

// Obeyed or swallowed by terminals and editors instead of being shown.
bool deceives(char32_t c) noexcept {
  struct range { char32_t first, last; };
  static constexpr std::array<range, 13> ranges = {{
      {0x00, 0x1F}, {0x7F, 0x9F},                  // C0, DEL, C1 (U+009B starts an escape sequence)
      {0xAD, 0xAD}, {0x61C, 0x61C}, {0x180E, 0x180E},
      {0x200B, 0x200F}, {0x2028, 0x202E},          // zero width, marks, separators, embeddings, overrides
      {0x2060, 0x206F},                            // joiners, invisible operators, isolates
      {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF},          // variation selectors, byte order mark
      {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF},        // annotations; tags
      {0xF0000, 0x10FFFF},                         // private use: shown differently everywhere
  }};
  return std::any_of(ranges.begin(), ranges.end(), [c](range r) { return c >= r.first && c <= r.last; });
}

void append_unit(std::string& out, unsigned unit) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", unit);
  out.append(text, 6);
}

void append_json_escape(std::string& out, char32_t c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (c < 0x10000) return append_unit(out, c);
  append_unit(out, 0xD800 + ((c - 0x10000) >> 10U));
  append_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FFU));
}

void append_shown_escape(std::string& out, char32_t c) {
  switch (c) {
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  char text[16];
  const int size = std::snprintf(text, sizeof text, "\\u{%x}", static_cast<unsigned>(c));
  out.append(text, static_cast<std::size_t>(size));
}

bool plain(char c) noexcept { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

template <class Escape>
void append(std::string& out, std::string_view text, bool quotes_too, Escape escape) {
  while (!text.empty()) {
    const auto run = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), plain) - text.begin());
    out.append(text.substr(0, run));
    text.remove_prefix(run);
    if (text.empty()) return;
    const scalar c = decode(text);
    const bool escaped = !c.valid || c.value == '\\' || (c.value == '"' && quotes_too) || deceives(c.value);
    if (escaped) escape(out, c.value);
    else out.append(text.substr(0, c.bytes));
    text.remove_prefix(c.bytes);
  }
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  append(out, text, true, append_json_escape);
  out += '"';
}

std::string shown(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append(out, text, false, append_shown_escape);
  return out;
}

std::string_view clipped(std::string_view text, std::size_t bytes) noexcept {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  for (int back = 0; back < 3 && end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0U) == 0x80U; ++back) --end;
  return text.substr(0, end);
}

}  // namespace stoplog::audit
