// What was found and what was decided; values that guard makes and audit keeps.
#pragma once

#include "base/surface.hpp"
#include "base/verdict.hpp"
#include "match/stream.hpp"
#include "policy/rule.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::policy {

class compiled_policy;

// One match, with everything a record says of it.
struct finding {
  std::uint32_t rule = 0;            // index into compiled_policy::rules()
  stoplog::policy::mode mode = mode::shadow;
  verdict enforced = verdict::allow; // what it did
  verdict would = verdict::allow;    // what it would have done if enforced
  surface where{direction::request, role::none, channel::content};
  std::string path;                  // messages[2].content[0].text, choices[1].delta.content
  match::text_span span;             // bytes of that text, or of the whole channel for answers
  std::string fingerprint;           // keyed hash of the matched text: 32 hexadecimal digits
  std::string excerpt;               // only under capture::excerpt
  std::string exception;             // the id of the exception by which it did nothing
  std::string lapsed_exception;      // of the one by which it would have done nothing, but for its expiry
};

inline constexpr std::string_view opaque_refused = "opaque_refused";
inline constexpr std::string_view unknown_refused = "unknown_refused";

// A part that was refused for what it is, not for what a rule found in it.
struct refused_part {
  std::string_view reason;           // one of the two above
  std::string category;              // coverage.opaque.image_url, coverage.unknown
  std::string path;
};

// No default constructor: a forgotten verdict does not compile.
struct decision {
  explicit decision(stoplog::verdict v) noexcept : verdict(v) {}

  stoplog::verdict verdict;
  std::optional<std::uint32_t> rule;   // the rule that decided, when one did
  std::optional<refused_part> refused; // what decided, when no rule did
  std::vector<finding> findings;

  // Adds findings; the strongest enforced action wins, and among equals the
  // more severe rule, then the first one found, is the one that decided.
  void add(finding f, const compiled_policy& by);

  // Blocks, unless a rule does already.
  void refuse(refused_part part);
};

}  // namespace stoplog::policy
