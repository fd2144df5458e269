#pragma once

#include <string_view>

namespace stoplog {

// Of this program: 0.1.0.
std::string_view engine_version() noexcept;

}  // namespace stoplog
