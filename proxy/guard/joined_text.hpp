// Several texts of a document as the one that their reader makes of them, and
// the way back.
#pragma once

#include "guard/document_judge.hpp"
#include "guard/encoded_runs.hpp"
#include "match/stream.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::guard {

// What goes on of a text after it was judged by itself.
std::string_view current(const json::document& in, const judged_text& t);

struct joined_text {
  struct piece {
    judged_text* of;
    std::size_t skipped;      // bytes of it that are left out before
    match::text_span where;   // in `text`
  };
  std::string text;
  std::vector<piece> pieces;

  // The rest of a text from `skipped` on, after the separator if it is not the first.
  void add(const json::document& in, judged_text& t, std::string_view separator, std::size_t skipped = 0);

  // Whether a span reaches from one piece into another.
  bool crosses(match::text_span where) const;

  // Masks in the texts what rules that redact found; a mask stands where a run begins.
  void redact(const json::document& in, std::span<const match::finding> found, const policy::compiled_policy& by);

  // The same of stretches that are known, in the order of their begins.
  void mask(const json::document& in, std::span<const masked_span> masks);
};

}  // namespace stoplog::guard
