// How one rule goes over the held text, from one chunk to the next.
#pragma once

#include "match/compiled.hpp"
#include "match/held_text.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace stoplog::match {

// The text as far as it is judged: its first `upto` bytes, and whether it ends
// there.
struct cut {
  std::uint64_t upto = 0;
  bool end = false;
};

// What a stream remembers of a part. Offsets are of the part's view.
struct part_progress {
  std::uint64_t next = 0;       // begins before it can have no match that is not yet known
  std::uint64_t last_end = 0;   // of the last match that was found
  std::vector<text_span> spans; // parts of `all`: matches that may still be combined, by begin; offsets of the text
};

struct rule_progress {
  std::vector<part_progress> parts;
  std::uint64_t combined_upto = 0;  // `all`: ends up to it have been combined
};

class rule_scan {
 public:
  rule_scan(const rule_spec& spec, const compiled_rule& rule, const held_text& text)
      : spec_(spec), rule_(rule), text_(text) {}

  using found_span = std::function<void(text_span)>;

  // Whether the rule has a match that the text up to the cut makes certain and
  // that no continuation excuses. Monotone in the cut.
  bool certain(const rule_progress& progress, cut c) const;

  // Reports every match that became final with the cut and moves on.
  void settle(rule_progress& progress, cut c, const found_span& found) const;

  // The matches that are certain at the cut but may still grow; settle() them first.
  void unsettled(const rule_progress& progress, cut c, const found_span& found) const;

  // The first byte of the text that may still become part of a match.
  std::uint64_t live_from(const rule_progress& progress, cut c) const;

 private:
  struct borders {
    held_text::piece piece;
    std::uint64_t limit;    // ends up to it are certain; offsets of the view
    std::uint64_t settled;  // begins before it can have no other match
  };
  borders borders_of(const part_matcher& part, cut c) const;
  bool combines() const noexcept { return spec_.match.how == expression::combine::all; }
  bool excused_at(text_span where) const;
  template <class Visit>
  void each_match(const part_matcher& part, const part_progress& progress, const borders& b, Visit visit) const;
  void collect(const part_matcher& part, part_progress& progress, const borders& b) const;
  std::uint64_t combined_limit(cut c) const;
  bool combine(rule_progress& progress, cut c, const found_span& found) const;

  const rule_spec& spec_;
  const compiled_rule& rule_;
  const held_text& text_;
};

}  // namespace stoplog::match
