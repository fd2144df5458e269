#include "guard/unescaped_view.hpp"

#include "json/unescape.hpp"

#include <algorithm>
#include <utility>

namespace stoplog::guard {
namespace {

constexpr std::size_t unicode_escape = 6;  // \u0041

bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// \ud8xx to \udbxx: the other half of the pair must follow.
bool is_high_surrogate(std::string_view escape) noexcept {
  if (escape.size() < unicode_escape) return false;
  const char c = escape[3];
  return (escape[2] == 'd' || escape[2] == 'D') && (c == '8' || c == '9' || c == 'a' || c == 'b' || c == 'A' || c == 'B');
}

// Whether `text` could begin one \uXXXX.
bool begins_unicode_escape(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = i == 0 ? text[i] == '\\' : i == 1 ? text[i] == 'u' : is_hex(text[i]);
    if (!fits) return false;
  }
  return text.size() <= unicode_escape;
}

}  // namespace

void unescaped_view::add_plain(std::string_view text, std::string& out) {
  out += text;
  const bool goes_on = !runs_.empty() && runs_.back().view_size == runs_.back().raw_size;
  if (!goes_on) runs_.push_back({view_end_, raw_end_, 0, 0});
  runs_.back().view_size += text.size();
  runs_.back().raw_size += text.size();
  view_end_ += text.size();
  raw_end_ += text.size();
}

void unescaped_view::add_decoded(std::string_view character, std::uint64_t raw_size, std::string& out) {
  out += character;
  runs_.push_back({view_end_, raw_end_, character.size(), raw_size});
  view_end_ += character.size();
  raw_end_ += raw_size;
}

// Whether more bytes could make `escape_` an escape, or another one.
bool unescaped_view::escape_may_go_on() const noexcept {
  if (escape_.size() == 1) return true;
  if (escape_[1] != 'u') return false;
  if (escape_.size() < unicode_escape) return begins_unicode_escape(escape_);
  const std::string_view second = std::string_view(escape_).substr(unicode_escape);
  return is_high_surrogate(escape_) && second.size() < unicode_escape && begins_unicode_escape(second);
}

// Decodes what has gathered. What is no escape stands as it came, up to the
// next backslash in it, from which an escape may begin anew.
void unescaped_view::resolve_escape(std::string& out) {
  const std::string gathered = std::exchange(escape_, {});
  char character[8];
  char* end = character;
  if (json::unescape(gathered, end) == nullptr) {
    add_decoded({character, static_cast<std::size_t>(end - character)}, gathered.size(), out);
    return;
  }
  add_plain(std::string_view(gathered).substr(0, 1), out);
  for (const char c : std::string_view(gathered).substr(1)) take(c, out);
}

void unescaped_view::take(char c, std::string& out) {
  if (!escape_.empty()) {
    escape_ += c;
    if (!escape_may_go_on()) resolve_escape(out);
    return;
  }
  if (in_string_ && c == '\\') {
    escape_ = c;
    return;
  }
  if (c == '"') in_string_ = !in_string_;
  add_plain({&c, 1}, out);
}

void unescaped_view::feed(std::string_view raw, bool end, std::string& out) {
  while (!raw.empty()) {
    const std::size_t plain = escape_.empty() ? std::min(raw.find_first_of("\"\\"), raw.size()) : 0;
    if (plain != 0) add_plain(raw.substr(0, plain), out);
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    take(raw.front(), out);
    raw.remove_prefix(1);
  }
  while (end && !escape_.empty()) resolve_escape(out);
}

std::uint64_t unescaped_view::raw_offset(std::uint64_t at) {
  while (!runs_.empty() && runs_.front().view + runs_.front().view_size <= at && runs_.size() > 1) runs_.pop_front();
  if (runs_.empty()) return 0;
  const run& r = runs_.front();
  if (at >= r.view + r.view_size) return r.raw + r.raw_size;
  return r.view_size == r.raw_size ? r.raw + (at - r.view) : r.raw;
}

}  // namespace stoplog::guard
