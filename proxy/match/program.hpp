// A pattern made ready to run on the texts of a view.
#pragma once

#include "match/pattern.hpp"
#include "match/rule_spec.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace stoplog::match {

struct program {
  pattern_facts facts;               // of the pattern as it runs
  std::unique_ptr<re2::RE2> regex;   // never null
  std::string error;                 // why RE2 does not take it, with the way out; else empty
  std::string refusal;               // why it would not mean in this view what it says; else empty
  ~program();
};

// What takes most of the time of compiling rules. Who compiles a part more than
// once (for each policy that uses it) makes it once and puts it into part::ready.
std::shared_ptr<const program> make_program(const std::string& regex, view v);

// For longest matches, in bounded memory; not ok() where RE2 refuses.
std::unique_ptr<re2::RE2> compile_regex(std::string_view regex);

}  // namespace stoplog::match
