// What must hold for a matched text beyond its pattern.
#pragma once

#include "match/rule_spec.hpp"

#include <string_view>

namespace stoplog::match {

// Of the ASCII digits in the text, all others skipped; two digits at least.
bool passes_luhn(std::string_view text) noexcept;

// An IBAN, spaces and - skipped: 15 to 34 letters and digits of either case, a
// country's letters and two digits in front, modulo 97 by ISO 13616.
bool passes_iban(std::string_view text) noexcept;

// Shannon's, of the text's bytes; 0 of an empty text, 8 at most.
double entropy_bits(std::string_view text) noexcept;

// `entropy_min` is of check entropy.
bool passes(check what, std::string_view text, double entropy_min = 0) noexcept;

}  // namespace stoplog::match
