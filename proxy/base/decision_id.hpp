// The identifier of one decision: a UUIDv7 (RFC 9562, section 5.7). The client
// sees it in x-stoplog-decision-id and a responder finds the record by it.
#pragma once

#include "base/clock.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stoplog {

class decision_id {
 public:
  // 48 bits of `at` in milliseconds, then 74 of the 80 bits of `random`.
  static decision_id make(wall_time at, const std::array<std::uint8_t, 10>& random) noexcept;

  // Takes the canonical form only: 36 characters, lower-case hexadecimal.
  static std::optional<decision_id> parse(std::string_view text) noexcept;

  std::string to_string() const;
  friend auto operator<=>(const decision_id&, const decision_id&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace stoplog
