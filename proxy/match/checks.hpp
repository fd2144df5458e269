// What must hold for a matched text beyond its pattern.
#pragma once

#include "match/rule_spec.hpp"

#include <string_view>

namespace stoplog::match {

// Of the ASCII digits in the text, all others skipped; two digits at least.
bool passes_luhn(std::string_view text) noexcept;

bool passes(check what, std::string_view text) noexcept;

}  // namespace stoplog::match
