// The tokens that an answer, or an event of one, says were used.
#pragma once

#include "json/document.hpp"

#include <cstdint>

namespace stoplog::dialect {

struct token_usage {
  std::uint64_t input = 0;
  std::uint64_t output = 0;
  bool counted = false;  // an answer said so
};

// Takes what `in` says, if it says it: `usage` of the document, or of its
// `message` (Anthropic) or `response` (responses), under either vendor's names.
// A later event adds to or replaces what earlier ones said.
void read_usage(const json::document& in, token_usage& into);

}  // namespace stoplog::dialect
