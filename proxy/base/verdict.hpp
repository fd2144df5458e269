// What a policy says about a text.
#pragma once

#include <cstdint>
#include <string_view>

namespace stoplog {

// Ordered by strength, so that combining verdicts is std::max.
enum class verdict : std::uint8_t { allow, redact, block };

constexpr std::string_view to_string(verdict v) noexcept {
  switch (v) {
    case verdict::allow: return "allow";
    case verdict::redact: return "redact";
    case verdict::block: return "block";
  }
  return "unknown";
}

enum class severity : std::uint8_t { info, low, medium, high, critical };

constexpr std::string_view to_string(severity s) noexcept {
  switch (s) {
    case severity::info: return "info";
    case severity::low: return "low";
    case severity::medium: return "medium";
    case severity::high: return "high";
    case severity::critical: return "critical";
  }
  return "unknown";
}

}  // namespace stoplog
