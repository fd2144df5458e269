// What tells that a literal may begin a match.
#pragma once

#include <cstdint>

namespace stoplog::match {

// What must stand before a literal for it to begin a match; a bit set. No bit
// besides `anywhere` matters when that one is set.
enum class lead : std::uint8_t {
  anywhere = 1,
  word = 2,   // \b, by RE2's word characters
  line = 4,   // ^ under (?m)
  text = 8,   // \A
  phrase = 16,  // no letter that joins it, in any script
};

}  // namespace stoplog::match
