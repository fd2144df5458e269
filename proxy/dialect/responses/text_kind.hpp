// The texts that grow in a stream of typed events.
#pragma once

#include <span>
#include <string_view>

namespace stoplog::dialect::responses {

struct text_kind {
  std::string_view stem;      // its events are STEM.delta and STEM.done
  std::string_view owner;     // the type of the part, or of the item, that holds it
  std::string_view member;    // and under which name; in the done event, too
  enum class place { content, summary, item, nowhere } where;
  bool runs = false;          // a call that a client would carry out
};

std::span<const text_kind> text_kinds() noexcept;
const text_kind* kind_of_stem(std::string_view stem) noexcept;
const text_kind* kind_of_owner(std::string_view type, std::string_view member) noexcept;

}  // namespace stoplog::dialect::responses
