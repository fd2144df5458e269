#include "policy/version.hpp"

#include <algorithm>
#include <charconv>

namespace stoplog::policy {
namespace {

// One to three numbers; the count of them, 0 if the text is something else.
std::uint32_t numbers(std::string_view text, version_number& into) noexcept {
  std::uint32_t count = 0;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (count < into.parts.size()) {
    const auto [after, code] = std::from_chars(at, end, into.parts[count]);
    if (code != std::errc{} || (*at == '0' && after - at > 1)) return 0;
    ++count;
    if (after == end) return count;
    if (*after != '.') return 0;
    at = after + 1;
  }
  return 0;
}

}  // namespace

std::optional<version_number> parse_version(std::string_view text) noexcept {
  version_number v;
  if (numbers(text, v) != 3) return std::nullopt;
  return v;
}

bool version_constraint::takes(const version_number& v) const noexcept {
  return std::equal(v.parts.begin(), v.parts.begin() + fixed, least.parts.begin()) && v >= least;
}

std::optional<version_constraint> parse_constraint(std::string_view text) noexcept {
  version_constraint c;
  if (text.starts_with('^')) {
    c.fixed = 1;
    if (numbers(text.substr(1), c.least) == 0) return std::nullopt;
    return c;
  }
  if (text.starts_with('~')) {
    c.fixed = 2;
    if (numbers(text.substr(1), c.least) < 2) return std::nullopt;
    return c;
  }
  if (numbers(text, c.least) != 3) return std::nullopt;
  return c;
}

}  // namespace stoplog::policy
