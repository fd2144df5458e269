// The kinds of parts that cannot be read as text: what policies name, and what
// records say.
#pragma once

#include <span>
#include <string_view>

namespace stoplog::dialect {

struct opaque_kind {
  std::string_view name;   // as in opaque_part::kind
  std::string_view about;  // one sentence
};

// Every kind that a codec notes. An endpoint that a route lists as opaque is none
// of them: the settings decide about it.
std::span<const opaque_kind> opaque_kinds() noexcept;

}  // namespace stoplog::dialect
