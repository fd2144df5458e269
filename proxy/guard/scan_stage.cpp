#include "guard/scan_stage.hpp"

#include "guard/redacted_runs.hpp"

#include <algorithm>

namespace stoplog::guard {
namespace {

constexpr std::string_view other_finding = "[...]";

verdict verdict_of(policy::action a) noexcept {
  switch (a) {
    case policy::action::observe:
    case policy::action::signal: return verdict::allow;
    case policy::action::redact: return verdict::redact;
    case policy::action::block: return verdict::block;
  }
  return verdict::block;
}

bool continues_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Without the pieces of characters that a cut at both ends left.
std::string_view whole_characters(std::string_view text) noexcept {
  while (!text.empty() && continues_character(text.front())) text.remove_prefix(1);
  std::size_t end = text.size();
  while (end != 0 && continues_character(text[end - 1])) --end;
  if (end != 0 && static_cast<unsigned char>(text[end - 1]) >= 0xC0) {
    const auto lead = static_cast<unsigned char>(text[end - 1]);
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    return text.substr(0, end - 1 + size <= text.size() ? text.size() : end - 1);
  }
  return text;
}

}  // namespace

scan_stage::scan_stage(std::shared_ptr<const policy::compiled_policy> policy, surface where)
    : scan_stage(policy, where, policy->muted(where.direction)) {}

scan_stage::scan_stage(std::shared_ptr<const policy::compiled_policy> policy, surface where, std::shared_ptr<const match::muted_rules> muted)
    : policy_(std::move(policy)), where_(where), stream_(policy_->database(), where, std::move(muted)) {}

result<match::step> scan_stage::feed(std::string_view text, bool end) {
  recent_.append(text, last_.release_upto);
  auto step = stream_.feed(text, end);
  if (!step) return step;
  last_ = *step;
  const auto found = stream_.findings();
  if (found.size() != known_.size() || (stream_.more_findings() && !std::equal(found.begin(), found.end(), known_.begin()))) collect();
  return step;
}

// New findings may stand between old ones: both lists are in the same order.
void scan_stage::collect() {
  const auto found = stream_.findings();
  const auto earlier = [](const match::finding& a, const match::finding& b) {
    if (a.where.end != b.where.end) return a.where.end < b.where.end;
    return a.rule != b.rule ? a.rule < b.rule : a.where.begin < b.where.begin;
  };
  auto old = known_.begin();
  for (const match::finding& f : found) {
    while (old != known_.end() && earlier(*old, f)) ++old;
    if (old == known_.end() || !(*old == f)) found_.push_back(describe(f));
  }
  known_.assign(found.begin(), found.end());
}

policy::finding scan_stage::describe(const match::finding& f) const {
  const policy::active_rule& rule = policy_->rules()[f.rule];
  policy::finding made;
  made.rule = f.rule;
  made.mode = rule.mode;
  made.enforced = policy_->effect(f.rule, where_.direction);
  made.would = verdict_of(rule.action);
  made.where = where_;
  made.span = f.where;
  if (f.where.begin >= recent_.begin()) made.fingerprint = policy_->fingerprint(recent_.in(f.where));
  if (const auto* by = policy_->excuse(f.rule, where_.direction)) made.exception = by->id;
  if (const auto* by = policy_->lapsed_excuse(f.rule, where_.direction)) made.lapsed_exception = by->id;
  if (policy_->source().capture.on_match == policy::capture::excerpt) made.excerpt = excerpt(f.where);
  return made;
}

// The match between its context. Of the context what another rule found is left
// out, and so is what is not judged to its end yet.
std::string scan_stage::excerpt(match::text_span match) const {
  const std::uint64_t context = policy_->source().capture.context;
  const std::uint64_t begin = std::max(recent_.begin(), match.begin - std::min(match.begin, context));
  const std::uint64_t end = std::max(match.end, std::min(match.end + context, last_.release_upto));
  std::string out;
  const auto add_context = [&](std::uint64_t from, std::uint64_t upto) {
    while (from < upto) {
      std::uint64_t next = upto;     // where the nearest other finding begins
      std::uint64_t after = upto;    // and ends
      for (const match::finding& f : stream_.findings()) {
        if (f.where == match || f.where.end <= from || f.where.begin >= next) continue;
        next = std::max(from, f.where.begin);
        after = std::min(upto, f.where.end);
      }
      out += whole_characters(recent_.in({from, next}));
      if (next < upto) out += other_finding;
      from = next < upto ? after : upto;
    }
  };
  add_context(begin, match.begin);
  out += recent_.in(match);
  add_context(match.end, end);
  return out;
}

std::uint64_t scan_stage::masked_bytes() const {
  std::uint64_t bytes = 0;
  for (const redacted_run& r : redacted_runs(stream_.findings(), *policy_, where_.direction)) {
    if (r.where.begin < released_upto()) bytes += std::min(r.where.end, released_upto()) - r.where.begin;
  }
  return bytes;
}

std::uint64_t scan_stage::leaked() const {
  std::uint64_t bytes = 0;
  if (last_.verdict != verdict::block) return 0;
  for (const match::finding& f : stream_.findings()) {
    if (policy_->effect(f.rule, where_.direction) != verdict::block || f.where.begin >= released_upto()) continue;
    bytes = std::max(bytes, released_upto() - f.where.begin);
  }
  return bytes;
}

}  // namespace stoplog::guard
