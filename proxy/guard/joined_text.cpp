#include "guard/joined_text.hpp"

#include "guard/redacted_runs.hpp"

#include <algorithm>

namespace stoplog::guard {
namespace {

// The piece without what the masks stand for.
std::string masked(std::string_view all, match::text_span piece, std::span<const masked_span> masks, std::uint64_t& covered) {
  std::string out;
  std::uint64_t at = piece.begin;
  for (const masked_span& m : masks) {
    const std::uint64_t begin = std::max(m.where.begin, at), end = std::min(m.where.end, piece.end);
    if (begin >= end) continue;
    out += all.substr(at, begin - at);
    if (m.where.begin == begin) out += m.mask;
    at = end;
    covered += end - begin;
  }
  return out += all.substr(at, piece.end - at);
}

}  // namespace

std::string_view current(const json::document& in, const judged_text& t) {
  return t.changed ? std::string_view(t.released) : dialect::text_of(in, t.field);
}

void joined_text::add(const json::document& in, judged_text& t, std::string_view separator, std::size_t skipped) {
  if (!pieces.empty()) text += separator;
  const std::uint64_t begin = text.size();
  text += current(in, t).substr(skipped);
  pieces.push_back({&t, skipped, {begin, text.size()}});
}

bool joined_text::crosses(match::text_span where) const {
  return std::none_of(pieces.begin(), pieces.end(), [where](const piece& p) { return p.where.begin <= where.begin && where.end <= p.where.end; });
}

void joined_text::redact(const json::document& in, std::span<const match::finding> found, const policy::compiled_policy& by) {
  std::vector<masked_span> masks;
  for (const redacted_run& r : redacted_runs(found, by, pieces.front().of->field.where.direction)) {
    masks.push_back({r.where, {}});
    by.database()->rule(r.rule).append_mask(masks.back().mask, std::string_view(text).substr(r.first.begin, r.first.end - r.first.begin));
  }
  mask(in, masks);
}

void joined_text::mask(const json::document& in, std::span<const masked_span> masks) {
  if (masks.empty()) return;
  for (const piece& p : pieces) {
    const std::string_view before = current(in, *p.of);
    std::string now(before.substr(0, p.skipped));
    std::uint64_t covered = 0;
    now += masked(text, p.where, masks, covered);
    if (now == before) continue;
    p.of->counts.released -= std::min(p.of->counts.released, covered);
    p.of->released = std::move(now);
    p.of->changed = true;
  }
}

}  // namespace stoplog::guard
