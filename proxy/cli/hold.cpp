#include "cli/hold.hpp"

#include "cli/sample_text.hpp"
#include "match/pattern.hpp"
#include "match/stream.hpp"

#include <algorithm>

namespace stoplog::cli {
namespace {

bool reads_answers(const policy::rule& r) {
  return (r.surfaces.directions >> static_cast<unsigned>(direction::response) & 1U) != 0;
}

// The first surface of an answer that the rule looks at.
std::optional<surface> answer_surface(const surface_set& all) {
  for (int c = 0; c < channel_count; ++c) {
    const surface where{direction::response, role::assistant, static_cast<channel>(c)};
    if (all.contains(where)) return where;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(streaming s) noexcept {
  switch (s) {
    case streaming::nothing_held: return "holds nothing";
    case streaming::exactly: return "streams exactly";
    case streaming::tail: return "guards its tail";
    case streaming::capped: return "needs its cap";
    case streaming::at_the_end: return "needs the whole answer";
  }
  return "?";
}

streaming streaming_of(const policy::rule& r) {
  const bool acts = r.action == policy::action::redact || r.action == policy::action::block;
  if (!acts || !reads_answers(r)) return streaming::nothing_held;
  if (r.match.guards_tail) return streaming::tail;
  bool capped = false, at_the_end = !r.match.parts.empty();
  for (const auto& part : r.match.parts) {
    if (part.regex.empty()) {
      at_the_end = false;
      continue;
    }
    const auto facts = match::analyse(part.regex);
    capped = capped || !facts.longest;
    at_the_end = at_the_end && facts.trailing_every.text_end;
  }
  return at_the_end ? streaming::at_the_end : capped ? streaming::capped : streaming::exactly;
}

std::optional<double> mean_hold(const policy::rule& r, const std::shared_ptr<const match::database>& alone) {
  const auto where = answer_surface(r.surfaces);
  if (!where || streaming_of(r) == streaming::nothing_held) return std::nullopt;
  double held = 0;
  std::size_t pieces = 0;
  for (const auto answer : sample_answers()) {
    match::stream stream(alone, *where);
    for (const auto piece : as_streamed(answer)) {
      const auto step = stream.feed(piece, false);
      if (!step || step->verdict == verdict::block) break;
      held += static_cast<double>(stream.held());
      ++pieces;
    }
  }
  return pieces == 0 ? 0 : held / static_cast<double>(pieces);
}

}  // namespace stoplog::cli
