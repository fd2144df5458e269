// ${env:NAME} and ${file:/path} in the values of settings that allow them.
#pragma once

#include "config/descriptor.hpp"

#include <optional>
#include <string>

namespace stoplog::config {

// The scalar's text with every substitution done; one line break at the end of
// a file is not part of its text. Nothing after telling what is wrong; what a
// substitution stands for is never told.
std::optional<std::string> substituted(const node& n, reading& in);

bool has_substitution(const node& n) noexcept;

}  // namespace stoplog::config
