#include "guard/run_decoder.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace stoplog::guard {
namespace {

constexpr std::uint8_t no_value = 0xFF;

// Both alphabets are read: some encoders write - and _ for + and /.
constexpr std::array<std::uint8_t, 256> base64_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_value);
  for (unsigned i = 0; i < 26; ++i) {
    values['A' + i] = static_cast<std::uint8_t>(i);
    values['a' + i] = static_cast<std::uint8_t>(26 + i);
  }
  for (unsigned i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(52 + i);
  values['+'] = values['-'] = 62;
  values['/'] = values['_'] = 63;
  return values;
}();

constexpr std::array<std::uint8_t, 256> hex_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_value);
  for (unsigned i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(i);
  for (unsigned i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}();

constexpr std::uint8_t base64_value(char c) noexcept { return base64_values[static_cast<unsigned char>(c)]; }
constexpr std::uint8_t hex_value(char c) noexcept { return hex_values[static_cast<unsigned char>(c)]; }

bool is_control(unsigned char byte) noexcept {
  return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f') || byte == 0x7F;
}

}  // namespace

constinit const std::array<std::uint8_t, 256> run_decoder::kinds_of = [] {
  const auto bit = [](kind what, bool takes) { return static_cast<std::uint8_t>(takes ? 1U << static_cast<unsigned>(what) : 0U); };
  std::array<std::uint8_t, 256> kinds{};
  for (unsigned byte = 0; byte < kinds.size(); ++byte) {
    const char c = static_cast<char>(byte);
    const bool letter_or_digit = base64_value(c) < 62;
    kinds[byte] = static_cast<std::uint8_t>(bit(kind::base64, base64_value(c) != no_value) | bit(kind::hex, hex_value(c) != no_value) |
                                            bit(kind::percent, letter_or_digit || (byte != 0 && std::string_view("%._~-+").find(c) != std::string_view::npos)));
  }
  return kinds;
}();

bool run_decoder::may_begin_text(kind what, char first, char second) noexcept {
  const bool six_bits = what == kind::base64;
  const unsigned high = six_bits ? base64_value(first) : hex_value(first);
  const unsigned low = six_bits ? base64_value(second) : hex_value(second);
  const auto byte = static_cast<unsigned char>(six_bits ? high << 2U | low >> 4U : high << 4U | low);
  text::utf8_decoder utf8;
  return !is_control(byte) && utf8.push(static_cast<char>(byte)) != text::utf8_decoder::outcome::invalid;
}

void run_decoder::restart(std::uint64_t begin) {
  escapes_ = ended_escapes_ = false;
  bits_ = bit_count_ = 0;
  begin_ = begin;
  units_ = produced_ = segment_ = escape_at_ = 0;
  next_offset_ = UINT64_MAX;
  stretches_.clear();
  bytes_.clear();
  whole_ = 0;
  ended_.clear();
  utf8_ = {};
  escape_.clear();
}

bool run_decoder::may_hold_run(std::string_view text) noexcept {
  if (text.find('%') != std::string_view::npos) return true;
  const auto encodes = [&](std::size_t i) { return takes(kind::base64, text[i]); };
  for (std::size_t i = characters_min - 1; i < text.size();) {
    std::size_t begin = i + 1;
    while (begin > i + 1 - characters_min && encodes(begin - 1)) --begin;
    if (begin == i + 1 - characters_min) return true;
    i = begin + characters_min - 1;
  }
  return false;
}

bool run_decoder::take(char c, std::uint64_t at) {
  return what_ == kind::percent ? take_percent(c, at) : take_digit(c, at);
}

bool run_decoder::take_digit(char c, std::uint64_t at) {
  place(at, 1);
  const std::uint32_t width = what_ == kind::base64 ? 6 : 4;
  bits_ = bits_ << width | (what_ == kind::base64 ? base64_value(c) : hex_value(c));
  bit_count_ += width;
  if (bit_count_ < 8) return true;
  bit_count_ -= 8;
  return add(static_cast<unsigned char>(bits_ >> bit_count_ & 0xFFU));
}

bool run_decoder::take_percent(char c, std::uint64_t at) {
  bool goes_on = true;
  if (!escape_.empty()) {
    if (hex_value(c) != no_value) {
      escape_ += c;
      if (escape_.size() < 3) return true;
      place(escape_at_, 3);
      const auto byte = static_cast<unsigned char>(hex_value(escape_[1]) << 4U | hex_value(escape_[2]));
      escape_.clear();
      const bool kept = add(byte);
      escapes_ = escapes_ || !bytes_.empty();
      return kept;
    }
    goes_on = take_literally();
  }
  if (c == '%') {
    escape_ = c;
    escape_at_ = at;
    return goes_on;
  }
  place(at, 1);
  return add(static_cast<unsigned char>(c)) && goes_on;
}

bool run_decoder::take_literally() {
  bool goes_on = true;
  for (const char c : std::exchange(escape_, {})) {
    place(escape_at_++, 1);
    goes_on = add(static_cast<unsigned char>(c)) && goes_on;
  }
  return goes_on;
}

bool run_decoder::finish() { return take_literally(); }

void run_decoder::place(std::uint64_t at, std::uint32_t size) {
  if (stretches_.empty() || at != next_offset_ || stretches_.back().size != size) stretches_.push_back({units_, at, size});
  next_offset_ = at + size;
  ++units_;
}

// The byte that ends a segment may begin the next one.
bool run_decoder::add(unsigned char byte) {
  // C2 80 to C2 9F are controls too.
  const bool control = is_control(byte) || (byte < 0xA0 && bytes_.ends_with('\xC2') && whole_ != bytes_.size());
  auto outcome = control ? text::utf8_decoder::outcome::invalid : utf8_.push(static_cast<char>(byte));
  const bool goes_on = outcome != text::utf8_decoder::outcome::invalid;
  if (!goes_on) {
    ended_.assign(bytes_, 0, whole_);
    ended_escapes_ = std::exchange(escapes_, false);
    bytes_.clear();
    whole_ = 0;
    utf8_ = {};
    segment_ = produced_;
    if (!control) outcome = utf8_.push(static_cast<char>(byte));
    if (outcome == text::utf8_decoder::outcome::invalid) {
      utf8_ = {};
      segment_ = ++produced_;
      return false;
    }
  }
  bytes_ += static_cast<char>(byte);
  ++produced_;
  if (outcome == text::utf8_decoder::outcome::complete) whole_ = bytes_.size();
  return goes_on;
}

bool run_decoder::next_may_be(const std::bitset<256>& bytes) const noexcept {
  if (bit_count_ == 0) return false;
  const std::uint32_t open = 8 - bit_count_;
  const std::uint32_t first = (bits_ << open) & 0xFFU;
  for (std::uint32_t byte = first; byte < first + (1U << open); ++byte) {
    if (bytes[byte]) return true;
  }
  return false;
}

bool run_decoder::next_may_go_on() const noexcept {
  if (bit_count_ == 0) return true;
  const std::uint32_t open = 8 - bit_count_;
  const std::uint32_t first = (bits_ << open) & 0xFFU;
  return first < 0xC0 && first + (1U << open) > 0x80;
}

std::uint64_t run_decoder::offset_of(std::uint64_t unit) const noexcept {
  if (stretches_.empty()) return begin_;
  const auto after = std::upper_bound(stretches_.begin(), stretches_.end(), unit,
                                      [](std::uint64_t u, const stretch& s) { return u < s.unit; });
  const stretch& s = after == stretches_.begin() ? *after : *(after - 1);
  return s.offset + (unit - s.unit) * s.size;
}

std::uint64_t run_decoder::encoded_begin(std::uint64_t byte) const noexcept {
  if (what_ == kind::percent) return offset_of(byte);
  return offset_of(what_ == kind::base64 ? byte * 4 / 3 : byte * 2);
}

std::uint64_t run_decoder::encoded_end(std::uint64_t byte) const noexcept {
  if (what_ == kind::percent || byte == 0) return offset_of(byte);
  return offset_of((what_ == kind::base64 ? (byte * 4 + 2) / 3 : byte * 2) - 1) + 1;
}

}  // namespace stoplog::guard
