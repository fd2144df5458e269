#include "http/head.hpp"

#include <algorithm>

namespace stoplog::http {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view message_head::value(std::string_view name) const noexcept {
  for (const field& f : fields) {
    if (equal_ignoring_case(f.name, name)) return f.value;
  }
  return {};
}

std::size_t message_head::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(), [name](const field& f) { return equal_ignoring_case(f.name, name); }));
}

bool message_head::has_token(std::string_view name, std::string_view token) const noexcept {
  for (const field& f : fields) {
    if (!equal_ignoring_case(f.name, name)) continue;
    for (std::string_view rest = f.value; !rest.empty();) {
      const auto comma = rest.find(',');
      if (equal_ignoring_case(trimmed(rest.substr(0, comma)), token)) return true;
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
  }
  return false;
}

}  // namespace stoplog::http
