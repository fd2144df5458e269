// What the matcher is told about a rule. It knows patterns, surfaces and
// effects; ids, severities and modes stay in policy.
#pragma once

#include "base/surface.hpp"
#include "base/verdict.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace stoplog::match {

// The text that a part is matched against.
enum class view : std::uint8_t {
  folded,  // code points folded by the table of text/fold.hpp; the default
  raw,     // the text as it was sent
};

// What must also hold for the text of a match.
enum class check : std::uint8_t { none, luhn };

// One pattern. Exactly one of `regex`, `words` and `list` is set.
struct part {
  std::string regex;                // RE2 syntax, UTF-8
  std::vector<std::string> words;   // literal phrases, each on word boundaries
  std::shared_ptr<const std::unordered_set<std::string>> list;  // whole words of the text, literally
  stoplog::match::view view = view::folded;
  stoplog::match::check check = check::none;
};

struct expression {
  enum class combine : std::uint8_t { any, all };
  combine how = combine::any;
  std::vector<part> parts;
  std::uint32_t within = 0;   // `all`: the largest distance in bytes from the first part's start to the last part's end
  std::vector<part> unless;   // a match in whose text one of these matches does not count
};

struct rule_spec {
  expression match;
  verdict effect = verdict::allow;   // allow: recorded only, and never held back for
  surface_set surfaces;
  std::optional<std::uint32_t> max_length;  // in code points; a match longer than this does not count
  std::string mask = "[REDACTED]";   // stands for each redacted run of text
};

}  // namespace stoplog::match
