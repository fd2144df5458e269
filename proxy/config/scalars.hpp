// Readers of single values. Each takes one spelling only. On success `into`
// is set; otherwise the problem is told and `into` stays as it is.
#pragma once

#include "base/clock.hpp"
#include "config/descriptor.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::config {

// The text of a scalar, or null after telling what is wrong. An empty text and
// control characters other than line feed and tab are wrong.
const std::string* scalar_text(const node& n, reading& in);

void read_text(const node& n, std::string& into, reading& in);   // may have several lines
void read_line(const node& n, std::string& into, reading& in);   // one line, at most 200 bytes
void read_name(const node& n, std::string& into, reading& in);   // a letter or digit, then also . _ -; at most 64
void read_version(const node& n, std::string& into, reading& in);     // 1.4.0
void read_constraint(const node& n, std::string& into, reading& in);  // 1.4.0, ~1.4 or ^1
void read_category(const node& n, std::string& into, reading& in);    // security.secret_leak
void read_fraction(const node& n, std::optional<double>& into, reading& in);  // 0 to 1, at most 3 digits after the dot
void read_switch(const node& n, bool& into, reading& in);             // true or false

// A whole number without leading zeros, not in quotes.
void read_count(const node& n, std::uint64_t least, std::uint64_t most, std::uint64_t& into, reading& in);

template <class T>
void read_number(const node& n, std::uint64_t least, std::uint64_t most, T& into, reading& in) {
  std::uint64_t value = 0;
  read_count(n, least, most, value, in);
  if (value >= least && value <= most) into = static_cast<T>(value);
}

// 500ms, 10s, 5m, 12h, 395d.
void read_duration(const node& n, duration least, duration most, duration& into, reading& in);

// 2026-12-31: that day's end in UTC; 2026-12-31T18:00:00Z: that second.
void read_expiry(const node& n, wall_time& into, reading& in);

// 512B, 64KiB, 10MiB, 1GiB.
void read_size(const node& n, std::size_t least, std::size_t most, std::size_t& into, reading& in);

std::string duration_text(duration d);
std::string size_text(std::size_t bytes);

// The place of `n`'s text among `words`; a word of `later` is refused as not
// supported yet. npos after telling.
std::size_t read_choice(const node& n, std::span<const std::string_view> words,
                        std::span<const std::string_view> later, reading& in);

template <class E>
struct word {
  std::string_view name;
  E value;
};

template <class E, std::size_t N>
void read_word(const node& n, const word<E> (&words)[N], E& into, reading& in,
               std::span<const std::string_view> later = {}) {
  std::vector<std::string_view> names;
  for (const auto& w : words) names.push_back(w.name);
  const std::size_t at = read_choice(n, names, later, in);
  if (at < N) into = words[at].value;
}

}  // namespace stoplog::config
