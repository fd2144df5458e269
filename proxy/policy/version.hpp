// Versions of packs, and which of them a policy takes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stoplog::policy {

// MAJOR.MINOR.PATCH, without leading zeros.
struct version_number {
  std::array<std::uint32_t, 3> parts{};
  friend auto operator<=>(const version_number&, const version_number&) = default;
};

std::optional<version_number> parse_version(std::string_view text) noexcept;

// 1.4.0 takes that version; ~1.4 takes 1.4.0 and every later 1.4.x; ^1 takes
// every 1.x.y; ^1.4 and ~1.4.2 take that version and later ones of the same
// major, or major and minor, number.
struct version_constraint {
  version_number least;
  std::uint32_t fixed = 3;  // how many leading numbers must be equal
  bool takes(const version_number& v) const noexcept;
};

std::optional<version_constraint> parse_constraint(std::string_view text) noexcept;

}  // namespace stoplog::policy
