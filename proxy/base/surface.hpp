// Where a text stands between a person and a model: which way it travels, who
// speaks, and in which channel of the message. Rules are scoped by surfaces.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace stoplog {

enum class direction : std::uint8_t { request, response };

// `none`: text that no speaker owns (tools, metadata, a response's own members).
enum class role : std::uint8_t { none, system, developer, user, assistant, tool, function };

enum class channel : std::uint8_t {
  content,
  reasoning,
  refusal,
  tool_name,
  tool_arguments,
  transcript,
  code,
  annotation,
  metadata,  // names, identifiers, tool descriptions and schemas, stop words
  unknown,   // a string in a member that this version does not know
};

inline constexpr int direction_count = 2;
inline constexpr int role_count = 7;
inline constexpr int channel_count = 10;

std::string_view to_string(direction d) noexcept;
std::string_view to_string(role r) noexcept;
std::string_view to_string(channel c) noexcept;
std::optional<direction> direction_from(std::string_view name) noexcept;
std::optional<role> role_from(std::string_view name) noexcept;
std::optional<channel> channel_from(std::string_view name) noexcept;

struct surface {
  stoplog::direction direction;
  stoplog::role role;
  stoplog::channel channel;
  friend bool operator==(const surface&, const surface&) = default;
};

// A set of surfaces as the product of three bit sets; the default is every one.
struct surface_set {
  std::uint8_t directions = (1U << direction_count) - 1;
  std::uint8_t roles = (1U << role_count) - 1;
  std::uint16_t channels = (1U << channel_count) - 1;

  constexpr bool contains(surface s) const noexcept {
    return (directions >> static_cast<unsigned>(s.direction) & 1U) != 0 &&
           (roles >> static_cast<unsigned>(s.role) & 1U) != 0 &&
           (channels >> static_cast<unsigned>(s.channel) & 1U) != 0;
  }
  friend bool operator==(const surface_set&, const surface_set&) = default;
};

}  // namespace stoplog
