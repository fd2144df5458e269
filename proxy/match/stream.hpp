// One text (a request's message, or one channel of an answer) on its way
// through the rules: text goes in in any cut, what is safe comes out.
//
//   stream s(database, surface);
//   for each chunk:  step = s.feed(chunk, false); send step.released
//   at the end:      step = s.feed({}, true);     send step.released
//   as soon as step.verdict is block: stop; everything that was not released
//   is never to be released.
//
// Promises, for every rule whose effect is redact or block:
//  - no byte of a match is released, except as its mask; of a rule that guards
//    tails, no byte of a match's tail;
//  - findings, verdict, decided_at and the concatenation of `released` do not
//    depend on how the text was cut, down to single bytes;
//  - what is held is bounded by the longest match, or tail, of the rules.
// A whole text is one feed(text, true).
//
// What a match is. Of `any`: for each part and each begin, the longest text that
// the part matches there, within max_length and passing its check; one inside a
// match of the same part that begins earlier is not a match by itself. Of `all`:
// for each end of a part's (shortest) match, the text from the earliest match
// that lies no more than `within` bytes before that end, if every part has a
// match in it. A match in whose own text an `unless` part matches is none.
// The tail of a match is the known text that it ends with (suffixes of pattern.hpp:
// of `(?:key ?logger|virus)` one of three); where tails are guarded, the place that
// a finding tells is the tail. Rules whose effect is allow, or that guard tails, and
// that have no max_length see matches of up to 1,024 code points. A part of `all`
// matches at most `within` code points.
//
// Findings are the matches of the whole text; while it comes in, those that
// nothing to come can change. A block is decided by the first code point (of
// lookahead, if the pattern asks for it) that makes it certain that a blocking
// rule has a match; then the findings are the matches that are certain, as long
// as they are by then, and the text before the blocked match that no other match
// may reach into is still released.
#pragma once

#include "base/error.hpp"
#include "base/surface.hpp"
#include "base/verdict.hpp"
#include "match/database.hpp"

#include <bitset>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace stoplog::match {

// Byte offsets into the whole text, as it came in.
struct text_span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  friend bool operator==(const text_span&, const text_span&) = default;
};

struct finding {
  std::uint32_t rule = 0;  // index into the database
  text_span where;
  friend bool operator==(const finding&, const finding&) = default;
};

struct step {
  std::uint64_t release_upto = 0;    // bytes of the text, from its start, that are released now or were before
  stoplog::verdict verdict = verdict::allow;  // the strongest so far; block is final
  std::uint64_t decided_at = 0;      // bytes of the text that had to be seen for the block; 0 while there is none
  bool verbatim = true;              // `released` is exactly the bytes just fed
  std::string_view released;         // to go out now, masks in place; valid until the next feed
};

// The bytes at which something may begin for which a fresh text is held back.
const std::bitset<256>& held_first(const database& rules, surface where) noexcept;

class stream {
 public:
  // The stream keeps both alive. A muted rule has no effect, and is held back for
  // as if it had; its matches may become no longer by that.
  stream(std::shared_ptr<const database> rules, surface where, std::shared_ptr<const muted_rules> muted = nullptr);
  ~stream();
  stream(stream&&) noexcept;
  stream& operator=(stream&&) noexcept;

  // Fails with evaluation_failed when a pattern could not be evaluated; the
  // stream is then over and nothing more may be released. `end` may come once.
  // The text may be cut anywhere, also inside a UTF-8 sequence; a sequence is
  // released whole. Text that is not UTF-8 fails with invalid_utf8.
  result<step> feed(std::string_view text, bool end);

  // Everything found so far, in the order of (end, rule). The first 1,000 are
  // kept, and those that decided a block besides; more_findings() says that
  // there were more.
  std::span<const finding> findings() const noexcept;
  bool more_findings() const noexcept;

  // The text of a finding as far as it is still held; for fingerprints and
  // excerpts. Empty when it is gone. Valid until the next feed.
  std::string_view text_of(const finding& f) const noexcept;

  // Bytes fed and not released.
  std::uint64_t held() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace stoplog::match
