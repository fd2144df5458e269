// What the matcher is told about a rule. It knows patterns, surfaces and
// effects; ids, severities and modes stay in policy.
#pragma once

#include "base/surface.hpp"
#include "base/verdict.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace stoplog::match {

// The text that a part is matched against.
enum class view : std::uint8_t {
  folded,    // code points folded by the table of text/fold.hpp; the default
  raw,       // the text as it was sent
  leet,      // folded, and digits and signs that stand for letters as those (text/leet.hpp)
  squeezed,  // the letters of the folded view alone (text/squeezer.hpp); a match counts if it was spelled apart
};
inline constexpr std::array views{view::folded, view::raw, view::leet, view::squeezed};

// What must also hold for the text of a match.
enum class check : std::uint8_t { none, luhn, iban, entropy };

class host_list;
struct program;

// One pattern. Exactly one of `regex`, `words`, `list` and `hosts` is set.
struct part {
  std::string regex;                // RE2 syntax, UTF-8
  std::vector<std::string> words;   // literal phrases, each on word boundaries
  std::shared_ptr<const std::unordered_set<std::string>> list;  // whole words of the text, literally
  std::shared_ptr<const host_list> hosts;   // and all hosts below them; of the folded view
  stoplog::match::view view = view::folded;
  stoplog::match::check check = check::none;
  double entropy_min = 0;           // of check entropy: more bits a character than this
  std::shared_ptr<const program> ready;     // make_program() of regex and view, or null
};

struct expression {
  enum class combine : std::uint8_t { any, all, at_least };
  combine how = combine::any;
  std::vector<part> parts;
  // `at_least`: which thing each part stands for; parts of one thing count once.
  // Numbers from 0 without gaps; empty: each part is a thing of its own.
  std::vector<std::uint32_t> things;
  std::uint32_t count = 0;    // `at_least`: so many different things, 2 or more
  std::uint32_t within = 0;   // `all`, `at_least`: the largest distance in bytes from the first part's start to the last part's end
  // Only the end of what is found must not get out. Of `all` and `at_least`: the
  // last thing to come. Of `any`: the known text that a part's matches end with,
  // three code points at least; without `unless`, not to be masked.
  bool guards_tail = false;
  std::vector<part> unless;   // a match in whose text one of these matches does not count

  bool combines() const noexcept { return how != combine::any; }
  std::uint32_t thing_of(std::size_t part) const noexcept {
    return things.empty() ? static_cast<std::uint32_t>(part) : things[part];
  }
  std::uint32_t thing_count() const noexcept;
  std::uint32_t needed() const noexcept { return how == combine::at_least ? count : thing_count(); }
};

inline std::uint32_t expression::thing_count() const noexcept {
  std::uint32_t most = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) most = std::max(most, thing_of(i) + 1);
  return most;
}

// By rule: true where matches are found and recorded but do nothing.
using muted_rules = std::vector<bool>;

struct rule_spec {
  expression match;
  verdict effect = verdict::allow;   // allow: recorded only, and never held back for
  surface_set surfaces;
  std::optional<std::uint32_t> max_length;  // in code points; a match longer than this does not count
  std::string mask = "[REDACTED]";   // stands for each redacted run of text
  // Where the mask depends on the match that begins the run: appends it instead.
  // Called by every worker at once.
  std::function<void(std::string& out, std::string_view matched)> mask_of;

  void append_mask(std::string& out, std::string_view matched) const {
    if (mask_of) mask_of(out, matched);
    else out += mask;
  }
};

}  // namespace stoplog::match
