#include "config/scalars.hpp"

#include "policy/did_you_mean.hpp"
#include "policy/version.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace stoplog::config {
namespace {

constexpr std::size_t line_bytes_max = 200;
constexpr std::size_t name_bytes_max = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// Digits without leading zeros; nothing on anything else, or beyond 64 bits.
std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool plain = code == std::errc{} && end == text.data() + text.size();
  if (!plain || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  return value;
}

struct unit {
  std::string_view name;
  std::uint64_t factor;
};

// From the smallest to the largest.
constexpr std::array<unit, 5> duration_units{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<unit, 4> size_units{{{"B", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}}};

std::optional<std::uint64_t> with_unit(std::string_view text, std::span<const unit> units) {
  const auto digits = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  const auto number = whole_number(text.substr(0, digits));
  const auto known = std::find_if(units.begin(), units.end(), [&](unit u) { return u.name == text.substr(digits); });
  if (!number || known == units.end()) return std::nullopt;
  if (*number > std::numeric_limits<std::uint64_t>::max() / known->factor) return std::nullopt;
  return *number * known->factor;
}

// In the largest unit that says it without a fraction.
std::string in_units(std::uint64_t value, std::span<const unit> units) {
  unit best = units.front();
  for (const unit u : units) {
    if (value != 0 && value % u.factor == 0) best = u;
  }
  return std::to_string(value / best.factor) + std::string(best.name);
}

bool plain(const node& n, reading& in) {
  if (!n.quoted) return true;
  in.error(n, "E111", "a number or a switch stands without quotes");
  return false;
}

// `; write 1.10.0`: for 1.10, v1.10.0, and dates.
std::string version_meant(std::string text) {
  if (text.starts_with('v') || text.starts_with('V')) text.erase(0, 1);
  std::string meant;
  std::size_t numbers = 0;
  for (std::size_t at = 0; at <= text.size(); ++numbers) {
    const std::size_t end = std::min(text.find_first_of(".-", at), text.size());
    const std::size_t digits = std::min(text.find_first_not_of('0', at), end == at ? at : end - 1);
    meant += (numbers == 0 ? "" : ".") + text.substr(digits, end - digits);
    at = end + 1;
  }
  for (; numbers < 3; ++numbers) meant += ".0";
  return policy::parse_version(meant) ? "; write " + meant : "";
}

// The number that `text` has at the places where `form` has a letter; nothing if
// something else stands there, or the rest is not as in `form`.
std::optional<int> digits_at(std::string_view text, std::string_view form, char letter) {
  int value = 0;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != letter) continue;
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<wall_time> expiry_from(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view form = "YYYY-MM-DDTHH:NN:SSZ";
  constexpr std::size_t date_size = 10;
  const bool whole = text.size() == form.size();
  if (!whole && text.size() != date_size) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((form[i] == '-' || form[i] == ':' || form[i] == 'T' || form[i] == 'Z') && text[i] != form[i]) return std::nullopt;
  }
  const std::string_view date = form.substr(0, date_size);
  const auto y = digits_at(text, date, 'Y'), m = digits_at(text, date, 'M'), d = digits_at(text, date, 'D');
  if (!y || !m || !d) return std::nullopt;
  const year_month_day day{year(*y), month(static_cast<unsigned>(*m)), std::chrono::day(static_cast<unsigned>(*d))};
  if (!day.ok()) return std::nullopt;
  if (!whole) return sys_days(day) + days(1);
  const auto h = digits_at(text, form, 'H'), n = digits_at(text, form, 'N'), s = digits_at(text, form, 'S');
  if (!h || !n || !s || *h > 23 || *n > 59 || *s > 59) return std::nullopt;
  return sys_days(day) + hours(*h) + minutes(*n) + seconds(*s);
}

}  // namespace

const std::string* scalar_text(const node& n, reading& in) {
  if (n.what == node::kind::null) {
    in.error(n, "E109", "no value; write one (in quotes if it is the word null or ~), or leave the key out");
    return nullptr;
  }
  if (n.what != node::kind::scalar) {
    in.error(n, "E108", std::string("a single value belongs here, not a ") +
                            (n.what == node::kind::list ? "list" : "group of keys"));
    return nullptr;
  }
  if (n.text.find_first_not_of(" \t\n") == std::string::npos) {
    in.error(n, "E109", "an empty text; write one or leave the key out");
    return nullptr;
  }
  if (std::any_of(n.text.begin(), n.text.end(), [](char c) { return is_control(c) && c != '\n' && c != '\t'; })) {
    in.error(n, "E115", "a control character in the text; a text with a backslash belongs in single quotes ('\\b')");
    return nullptr;
  }
  if (in.substitutions() && n.text.find("${") != std::string::npos) {
    in.error(n, "E120", "${...} is only replaced in addresses, URLs, bearer, api_key and key_hash; write the value out");
    return nullptr;
  }
  return &n.text;
}

void read_text(const node& n, std::string& into, reading& in) {
  if (const auto* text = scalar_text(n, in)) into = *text;
}

void read_line(const node& n, std::string& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  if (text->size() > line_bytes_max || text->find_first_of("\n\t") != std::string::npos) {
    return in.error(n, "E115", "one line of at most 200 bytes belongs here");
  }
  into = *text;
}

void read_name(const node& n, std::string& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  const bool good = text->size() <= name_bytes_max && (is_letter((*text)[0]) || is_digit((*text)[0])) &&
                    std::all_of(text->begin(), text->end(), [](char c) {
                      return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
                    });
  if (!good) {
    return in.error(n, "E115", "not a name: letters, digits and . _ - only, beginning with a letter or digit, at most 64");
  }
  into = *text;
}

void read_version(const node& n, std::string& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  if (!policy::parse_version(*text)) {
    return in.error(n, "E116", "not a version: three numbers without leading zeros, like 1.4.0" + version_meant(*text));
  }
  into = *text;
}

void read_constraint(const node& n, std::string& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  if (!policy::parse_constraint(*text)) {
    return in.error(n, "E116", "not a version to use: 1.4.0 (exactly this), ~1.4 (any 1.4.x) or ^1 (any 1.x.y)");
  }
  into = *text;
}

void read_category(const node& n, std::string& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  const bool good = text->size() <= 100 && is_lower(text->front()) && text->back() != '.' &&
                    text->find("..") == std::string::npos &&
                    std::all_of(text->begin(), text->end(),
                                [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '.'; });
  if (!good) return in.error(n, "E115", "not a category: lower-case words joined by dots, like security.secret_leak");
  into = *text;
}

void read_fraction(const node& n, std::optional<double>& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr || !plain(n, in)) return;
  const bool one = *text == "1" || *text == "1.0";
  const bool below = *text == "0" || (text->size() >= 3 && text->size() <= 5 && text->starts_with("0.") &&
                                      std::all_of(text->begin() + 2, text->end(), is_digit));
  if (!one && !below) return in.error(n, "E111", "a number from 0 to 1 belongs here, like 0.9");
  double value = 0;
  std::from_chars(text->data(), text->data() + text->size(), value);
  into = value;
}

void read_switch(const node& n, bool& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr || !plain(n, in)) return;
  if (*text == "true" || *text == "false") {
    into = *text == "true";
    return;
  }
  std::string lower = *text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const bool on = lower == "yes" || lower == "on" || lower == "y" || lower == "true";
  const bool off = lower == "no" || lower == "off" || lower == "n" || lower == "false";
  in.error(n, "E114", "a switch is true or false" + std::string(on ? "; write true" : off ? "; write false" : ""));
}

void read_count(const node& n, std::uint64_t least, std::uint64_t most, std::uint64_t& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr || !plain(n, in)) return;
  const auto value = whole_number(*text);
  if (!value || *value < least || *value > most) {
    return in.error(n, "E111", "a whole number from " + std::to_string(least) + " to " + std::to_string(most) + " belongs here");
  }
  into = *value;
}

void read_duration(const node& n, duration least, duration most, duration& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  const auto value = with_unit(*text, duration_units);
  if (!value) return in.error(n, "E112", "not a duration: a whole number and ms, s, m, h or d without a space, like 10s");
  if (*value < static_cast<std::uint64_t>(least.count()) || *value > static_cast<std::uint64_t>(most.count())) {
    return in.error(n, "E112", "a duration from " + duration_text(least) + " to " + duration_text(most) + " belongs here");
  }
  into = duration(static_cast<duration::rep>(*value));
}

void read_expiry(const node& n, wall_time& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  const auto when = expiry_from(*text);
  if (!when) return in.error(n, "E128", "not a date like 2026-12-31 (to the end of that day in UTC), nor an instant like 2026-12-31T18:00:00Z");
  into = *when;
}

void read_size(const node& n, std::size_t least, std::size_t most, std::size_t& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  const auto value = with_unit(*text, size_units);
  if (!value) return in.error(n, "E113", "not a size: a whole number and B, KiB, MiB or GiB without a space, like 64KiB");
  if (*value < least || *value > most) {
    return in.error(n, "E113", "a size from " + size_text(least) + " to " + size_text(most) + " belongs here");
  }
  into = static_cast<std::size_t>(*value);
}

std::string duration_text(duration d) { return in_units(static_cast<std::uint64_t>(d.count()), duration_units); }
std::string size_text(std::size_t bytes) { return in_units(bytes, size_units); }

std::size_t read_choice(const node& n, std::span<const std::string_view> words,
                        std::span<const std::string_view> later, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return std::string::npos;
  const auto known = std::find(words.begin(), words.end(), *text);
  if (known != words.end()) return static_cast<std::size_t>(known - words.begin());
  std::string all;
  for (const auto w : words) all += (all.empty() ? "" : ", ") + std::string(w);
  if (std::find(later.begin(), later.end(), *text) != later.end()) {
    in.error(n, "E107", "\"" + *text + "\" is not supported yet; write one of: " + all);
  } else {
    const std::string hint = policy::did_you_mean(*text, words);
    in.error(n, "E110", "\"" + *text + "\" is none of: " + all + hint);
  }
  return std::string::npos;
}

}  // namespace stoplog::config
