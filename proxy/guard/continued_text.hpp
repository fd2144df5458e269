// A text that goes on where another one ended: a part of an answer behind the
// part before it. Its reader puts them together, so a match may begin in the one
// and end in the other.
//
// What came before has gone out and cannot be called back; from there on no more
// of such a match goes out than of any other. What lies within one part alone is
// the part's own scan's to find.
#pragma once

#include "guard/scan_stage.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoplog::guard {

class continued_text {
 public:
  // `before`: the end of what came before, as it went out, and what its reader
  // puts between the two.
  continued_text(std::shared_ptr<const policy::compiled_policy> policy, surface where, std::string_view before);

  struct step {
    std::string_view released;  // of the text that was fed, masks in place; valid until the next feed
    bool blocked = false;
  };
  // Errors: evaluation_failed; nothing more may be released then, but by give_up().
  result<step> feed(std::string_view text, bool end);

  // Stops looking: what is held goes out, and what comes later passes.
  std::string give_up();

  // Findings since the last call, without their paths; their spans are of this
  // text alone, as far as they reach into it.
  std::vector<policy::finding> take_found() { return std::exchange(found_, {}); }

  std::uint64_t held() const noexcept;
  std::uint64_t masked_bytes() const;   // of this text
  std::uint64_t leaked() const;         // bytes of a match that blocks, what came before included

 private:
  std::string_view own_part(const match::step& of);
  void collect();

  std::shared_ptr<const policy::compiled_policy> policy_;
  scan_stage stage_;
  std::uint64_t before_;                // its bytes
  std::uint64_t released_upto_ = 0;     // of both
  bool passes_ = false;                 // nothing is looked for any more
  std::vector<policy::finding> found_;
};

// The end of several texts that reach their reader as one, and all that it may
// put between two of them.
class continued_texts {
 public:
  // What readers put between parts: nothing, or white space.
  static constexpr std::string_view separators[] = {"", " "};

  bool empty() const noexcept { return ends_[0].empty(); }
  // A further text begins: what comes before it, once for each separator.
  const std::string& begin(std::size_t separator);
  void append(std::string_view released);

 private:
  std::string ends_[std::size(separators)];
};

}  // namespace stoplog::guard
