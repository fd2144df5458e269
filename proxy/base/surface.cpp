#include "base/surface.hpp"

#include <array>

namespace stoplog {
namespace {

constexpr std::array<std::string_view, direction_count> direction_names{"request", "response"};
constexpr std::array<std::string_view, role_count> role_names{"none",      "system", "developer", "user",
                                                              "assistant", "tool",   "function"};
constexpr std::array<std::string_view, channel_count> channel_names{
    "content",    "reasoning", "refusal",    "tool_name", "tool_arguments",
    "transcript", "code",      "annotation", "metadata",  "unknown"};

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view name) noexcept {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(direction d) noexcept { return direction_names[static_cast<std::size_t>(d)]; }
std::string_view to_string(role r) noexcept { return role_names[static_cast<std::size_t>(r)]; }
std::string_view to_string(channel c) noexcept { return channel_names[static_cast<std::size_t>(c)]; }

std::optional<direction> direction_from(std::string_view name) noexcept { return find<direction>(direction_names, name); }
std::optional<role> role_from(std::string_view name) noexcept { return find<role>(role_names, name); }
std::optional<channel> channel_from(std::string_view name) noexcept { return find<channel>(channel_names, name); }

}  // namespace stoplog
