#include "guard/joined_text.hpp"

#include "guard/redacted_runs.hpp"

#include <algorithm>

namespace stoplog::guard {
namespace {

// The piece without what the runs cover.
std::string masked(std::string_view all, match::text_span piece, const std::vector<redacted_run>& runs, const match::database& rules,
                   std::uint64_t& covered) {
  std::string out;
  std::uint64_t at = piece.begin;
  for (const redacted_run& r : runs) {
    if (r.where.end <= piece.begin || r.where.begin >= piece.end) continue;
    const std::uint64_t begin = std::max(r.where.begin, piece.begin);
    out += all.substr(at, begin - at);
    if (r.where.begin >= piece.begin) rules.rule(r.rule).append_mask(out, all.substr(r.first.begin, r.first.end - r.first.begin));
    at = std::min(r.where.end, piece.end);
    covered += at - begin;
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
  if (found.empty()) return;
  const auto runs = redacted_runs(found, by, pieces.front().of->field.where.direction);
  for (const piece& p : pieces) {
    const std::string_view before = current(in, *p.of);
    std::string now(before.substr(0, p.skipped));
    std::uint64_t covered = 0;
    now += masked(text, p.where, runs, *by.database(), covered);
    if (now == before) continue;
    p.of->counts.released -= std::min(p.of->counts.released, covered);
    p.of->released = std::move(now);
    p.of->changed = true;
  }
}

}  // namespace stoplog::guard
