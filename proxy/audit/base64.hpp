// Base64 (RFC 4648, 4) with padding; decoding takes the one canonical form only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stoplog::audit {

std::string to_base64(std::string_view bytes);
inline std::string to_base64(std::span<const std::uint8_t> bytes) {
  return to_base64(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}
std::optional<std::string> from_base64(std::string_view text);

}  // namespace stoplog::audit
