// Which bytes of a file are text.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace stoplog::config {

// The offset of the first byte that is no UTF-8, or is a control character
// other than tab, line feed and carriage return.
std::optional<std::size_t> first_byte_not_text(std::string_view bytes) noexcept;

// The number of code points; `text` is UTF-8.
std::size_t code_points(std::string_view text) noexcept;

}  // namespace stoplog::config
