// The union of the spans that a text's redacting rules found.
#pragma once

#include "match/stream.hpp"
#include "policy/compiled.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace stoplog::guard {

struct redacted_run {
  match::text_span where;
  std::uint32_t rule;   // whose mask stands for the run: the first span's
  match::text_span first;
};

// Touching and overlapping spans make one run. In the order of the text.
std::vector<redacted_run> redacted_runs(std::span<const match::finding> found, const policy::compiled_policy& by,
                                        direction of);

}  // namespace stoplog::guard
