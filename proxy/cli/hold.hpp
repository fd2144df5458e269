// What a rule costs the reader of a streamed answer.
#pragma once

#include "match/database.hpp"
#include "policy/rule.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace stoplog::cli {

enum class streaming : std::uint8_t {
  nothing_held,  // it reads requests only, or only records what it finds
  exactly,       // held as far as a match may still come, and no further
  tail,          // the same, for no more than the end of what it finds
  capped,        // its patterns have no end of their own; max_length or within ends them
  at_the_end,    // only the end of the answer can tell: its patterns ask for it
};

std::string_view to_string(streaming s) noexcept;

streaming streaming_of(const policy::rule& r);

// Bytes that `alone`, a database of that rule, holds back after a piece of an
// answer has come, in the mean over sample_answers(); nothing where nothing is
// held. It is measured by the matcher itself.
std::optional<double> mean_hold(const policy::rule& r, const std::shared_ptr<const match::database>& alone);

}  // namespace stoplog::cli
