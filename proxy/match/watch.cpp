#include "match/watch.hpp"

#include "match/code_points.hpp"

#include <algorithm>
#include <bit>
#include <string_view>

namespace stoplog::match {
namespace {

// In a piece of more bytes, runs of which nobody is told are looked for only when
// something asks for them. Small, so that the tests' texts come both ways.
constexpr std::uint64_t stepped_bytes_max = 16;

}  // namespace

bool watch::pass::within(std::uint32_t set, std::uint64_t from, std::uint64_t to) const {
  const byte_set& allowed = rules_of_view.sets[set];
  const std::string_view part = piece.text.substr(from - piece.base, to - from);
  return std::all_of(part.begin(), part.end(), [&](char byte) { return allowed.has(byte); });
}

std::uint64_t watch::pass::back(std::uint64_t from, std::uint64_t code_points) const {
  return piece.base + backward(piece.text, from - piece.base, code_points);
}

// A held piece that does not begin the text begins with a code point of context.
watch::watch(const view_plan& rules, const held_text::piece& held) : watch(rules) {
  scanned_ = held.base == 0 || held.text.empty() ? held.base : held.base + after_code_point(held.text, 0);
}

void watch::advance(const plan& rules, view v, const held_text& text, const held_text::piece& piece,
                    const unit_filter& applies, active_units& active) {
  const pass p{rules, rules.of(v), v, text, piece, &applies, &active};
  const literal_index& index = p.rules_of_view.index;
  deferring_ = piece.end() - scanned_ > stepped_bytes_max && p.rules_of_view.runs_deferred != 0;
  if (deferring_) std::for_each(runs_.begin(), runs_.end(), [this](run& r) { r.seen = scanned_; });
  const view_plan::run_bytes& runs = deferring_ ? p.rules_of_view.run_bytes_reported : p.rules_of_view.run_bytes_all;
  const auto& inside = runs.inside;
  const auto& first = runs.first;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(piece.text.data());
  const auto* const end = bytes + piece.text.size();
  const auto* at = bytes + (scanned_ - piece.base);
  literal_index::node node = at_;
  while (at != end) {
    // Nothing but steps, until a run begins or ends or a literal is there.
    const auto* const from = at;
    const std::uint64_t live = live_runs_;
    std::uint64_t continuing = 0;
    bool runs_change = false;
    const auto step = [&](unsigned char byte) {
      continuing += static_cast<unsigned char>(byte ^ 0x80U) < 0x40 ? 1U : 0U;
      node = index.step(node, byte);
      ++at;
    };
    do {
      runs_change = ((live & inside[*at]) | first[*at]) != live;
      if (runs_change) break;
      step(*at);
    } while (at != end && !literal_index::hits(node));
    if (runs_change) {
      count_ += static_cast<std::uint64_t>(at - from) - continuing;
      step_runs(p, runs, piece.base + static_cast<std::uint64_t>(at - bytes), *at);
      continuing = 0;
      step(*at);
      count_ += 1 - continuing;
    } else {
      count_ += static_cast<std::uint64_t>(at - from) - continuing;
    }
    if (!literal_index::hits(node)) continue;
    at_ = node;
    on_hits(p, piece.base + static_cast<std::uint64_t>(at - bytes));
  }
  at_ = node;
  scanned_ = piece.end();
  for (std::uint64_t which = deferring_ ? p.rules_of_view.runs_deferred : 0; which != 0; which &= which - 1) {
    catch_up(p, static_cast<std::uint32_t>(std::countr_zero(which)), scanned_);
  }
  if ((live_runs_ & p.rules_of_view.runs_that_report) != 0) report_runs(p, live_runs_, scanned_);
}

void watch::on_hits(const pass& p, std::uint64_t end) {
  const literal_index& index = p.rules_of_view.index;
  for (auto hit = index.first_hit(at_); hit != literal_index::none; hit = index.next_hit(hit)) {
    on_literal(p, index.literal_of(hit), end);
  }
}

void watch::on_literal(const pass& p, std::uint32_t literal, std::uint64_t end) {
  const literal_use& use = p.rules_of_view.literals[literal];
  const std::uint64_t begin = end - use.bytes;
  for (std::uint32_t i = use.windows_begin; i < use.windows_end; ++i) {
    if (!p.leads(p.rules_of_view.windows[i].leads, begin)) continue;
    windows_.push_back({begin, count_ - use.code_points, literal, i});
  }
  for (std::uint32_t i = use.signs_begin; i < use.signs_end; ++i) {
    const sign_use& sign = p.rules_of_view.signs[i];
    if (!sign.begins || p.leads(sign.leads, begin)) on_sign(p, sign, use, begin);
  }
}

void watch::on_sign(const pass& p, const sign_use& sign, const literal_use& use, std::uint64_t begin) {
  const unit& u = p.rules.units[sign.unit];
  if (!(*p.applies)(u)) return;
  if (u.combines) {
    combine(p, sign.unit, begin, begin + use.bytes);
  } else if (sign.begins) {
    activate(p, sign.unit, {begin, count_ - use.code_points}, begin, begin + use.bytes);
  } else if (u.run != none_of_them) {
    from_run(p, sign.unit, use, begin);
  } else {
    from_windows(p, sign.unit, use, begin);
  }
}

// The sign of a unit whose matches begin at literals: it counts if one of them
// was seen at the right distance, with only bytes of a match since.
void watch::from_windows(const pass& p, std::uint32_t index, const literal_use& sign, std::uint64_t begin) {
  const unit& u = p.rules.units[index];
  const auto first_prefix = p.rules_of_view.prefixes.begin() + u.prefixes_begin;
  const auto last_prefix = p.rules_of_view.prefixes.begin() + u.prefixes_end;
  const std::uint64_t sign_count = count_ - sign.code_points;
  const std::uint64_t sign_end = begin + sign.bytes;
  run first{UINT64_MAX, 0};
  std::uint64_t last_begin = 0;
  for (auto w = windows_.rbegin(); w != windows_.rend(); ++w) {
    if (w->begin_count + u.before_max + p.rules_of_view.literal_bytes_max < sign_count) break;
    if (w->begin > begin || sign_count - w->begin_count < u.before_min ||
        sign_count - w->begin_count > u.before_max || count_ - w->begin_count > u.reach ||
        !std::binary_search(first_prefix, last_prefix, w->literal) || !p.within(u.set, w->begin, sign_end)) {
      continue;
    }
    if (p.active->apart) activate(p, index, {w->begin, w->begin_count}, w->begin, sign_end);
    if (w->begin < first.begin) first = {w->begin, w->begin_count};
    last_begin = std::max(last_begin, w->begin);
  }
  if (first.begin != UINT64_MAX && !p.active->apart) activate(p, index, first, last_begin, sign_end);
}

void watch::from_run(const pass& p, std::uint32_t index, const literal_use& sign, std::uint64_t begin) {
  const unit& u = p.rules.units[index];
  if (deferring_ && (p.rules_of_view.runs_deferred >> u.run & 1U) != 0) catch_up(p, u.run, begin + sign.bytes);
  if ((live_runs_ >> u.run & 1U) == 0) return;
  run first = runs_[u.run];
  if (first.begin > begin) return;
  const std::uint64_t sign_count = count_ - sign.code_points;
  const std::uint64_t sign_end = begin + sign.bytes;
  const std::uint64_t earliest = std::max(sign_count - std::min<std::uint64_t>(sign_count, u.before_max),
                                          count_ - std::min<std::uint64_t>(count_, u.reach));
  if (first.begin_count < earliest) first = {p.back(begin, sign_count - earliest), earliest};
  const byte_set& allowed = p.rules_of_view.sets[u.set];
  for (std::uint64_t at = sign_end; at > first.begin; --at) {
    if (allowed.has(p.byte_at(at - 1))) continue;
    if (at > begin) return;
    first.begin = at;
    first.begin_count = sign_count - count_code_points(p.piece.text.substr(at - p.piece.base, begin - at));
  }
  activate(p, index, first, begin, sign_end);
}

// A combination that was not found before has a match around this sign in it.
void watch::combine(const pass& p, std::uint32_t index, std::uint64_t begin, std::uint64_t end) {
  const unit& u = p.rules.units[index];
  const text_span sign = p.text.original(p.v, begin, end);
  active_combination* a = p.active->combinations.find(index);
  if (a == nullptr) {
    a = &p.active->combinations.add(index);
    a->started = false;
    a->from = sign.end - std::min<std::uint64_t>(sign.end, u.within);
    a->until = 0;
    a->combined_upto = sign.end - 1;
  } else if (!a->started && sign.end <= a->combined_upto) {
    // The views are gone over one after the other.
    a->from = sign.end - std::min<std::uint64_t>(sign.end, u.within);
    a->combined_upto = sign.end - 1;
  }
  a->until = std::max(a->until, sign.begin + u.within);
}

void watch::activate(const pass& p, std::uint32_t index, const run& first, std::uint64_t last_begin,
                     std::uint64_t sign_end) {
  active_part* a = p.active->apart ? nullptr : p.active->parts.find(index);
  if (a == nullptr) {
    a = &p.active->parts.add(index);
    *a = {.unit = index, .next = first.begin, .next_count = first.begin_count, .checked = first.begin};
  } else if (first.begin < a->next || a->next > a->last_begin) {
    // Signs do not come in the order of the begins; a begin that can still have
    // a match is never before what was settled.
    a->next = first.begin;
    a->next_count = first.begin_count;
  }
  a->last_begin = std::max(a->last_begin, last_begin);
  a->unasked = std::min(a->unasked, sign_end);
  a->sign_end = std::max(a->sign_end, sign_end);
}

void watch::step_runs(const pass& p, const view_plan::run_bytes& bytes, std::uint64_t at, unsigned char byte) {
  const std::uint64_t going_on = live_runs_ & bytes.inside[byte];
  const std::uint64_t ending = live_runs_ & ~going_on;
  if ((ending & p.rules_of_view.runs_that_report) != 0) report_runs(p, ending, at);
  for (std::uint64_t which = ending & p.rules_of_view.runs_that_combine; which != 0; which &= which - 1) {
    const auto i = static_cast<std::uint32_t>(std::countr_zero(which));
    if (count_ - runs_[i].begin_count >= p.rules_of_view.runs[i].shortest) past_runs_.push_back({i, runs_[i], at, count_});
  }
  live_runs_ = going_on;
  std::uint64_t beginning = bytes.first[byte] & ~going_on;
  while (beginning != 0) {
    const auto i = static_cast<std::size_t>(std::countr_zero(beginning));
    beginning &= beginning - 1;
    if (!p.leads(p.rules_of_view.runs[i].leads, at)) continue;
    runs_[i] = {at, count_, 0};
    live_runs_ |= std::uint64_t{1} << i;
  }
}

// What step_runs() would have done by now for a run that is deferred: most are
// words, and in a large piece over before anything asks for them.
void watch::catch_up(const pass& p, std::uint32_t which, std::uint64_t upto) {
  const run_spec& spec = p.rules_of_view.runs[which];
  const std::uint64_t bit = std::uint64_t{1} << which;
  run& r = runs_[which];
  std::uint64_t from = upto;
  while (from > r.seen && spec.inside.has(p.byte_at(from - 1))) --from;
  if (from > r.seen) live_runs_ &= ~bit;
  r.seen = upto;
  if ((live_runs_ & bit) != 0) return;
  while (from < upto && !(spec.first.has(p.byte_at(from)) && p.leads(spec.leads, from))) ++from;
  if (from == upto) return;
  r.begin = from;
  r.begin_count = count_ - count_code_points(p.piece.text.substr(from - p.piece.base, upto - from));
  live_runs_ |= bit;
}

// Units whose only sign is that a run is long enough, seen at its end or at the
// end of what is there of it.
void watch::report_runs(const pass& p, std::uint64_t which, std::uint64_t upto) {
  for (which &= p.rules_of_view.runs_that_report; which != 0; which &= which - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(which));
    const run_spec& spec = p.rules_of_view.runs[i];
    const std::uint64_t length = count_ - runs_[i].begin_count;
    if (length < spec.shortest) continue;
    for (const std::uint32_t index : spec.units) {
      const unit& u = p.rules.units[index];
      if (length >= u.shortest && (*p.applies)(u)) activate(p, index, runs_[i], upto, upto);
    }
  }
}

// Whether a literal that began in time is still going on.
bool watch::sign_begun(const pass& p, const window& w, std::uint32_t sign_by) const {
  const std::uint64_t begun = p.rules_of_view.index.begun_within(at_, p.piece.end() - w.begin);
  const std::uint64_t code_points = count_code_points(p.piece.text.substr(p.piece.text.size() - begun));
  return count_ - code_points <= w.begin_count + sign_by;
}

bool watch::lives(const pass& p, const window& w, std::uint64_t combined_upto) const {
  const window_spec& spec = p.rules_of_view.windows[w.spec];
  if (spec.in_bytes) return p.text.begin_of(p.v, w.begin, p.text.whole()) + spec.reach > combined_upto;
  const std::uint64_t age = count_ - w.begin_count;
  if (age >= spec.reach || (age > spec.sign_by && !sign_begun(p, w, spec.sign_by))) return false;
  return p.within(spec.set, std::max(checked_, w.begin), p.piece.end());
}

// Begins of a run that are too far back for a match give way to the next byte
// that can begin one.
void watch::age(const pass& p, const run_spec& spec, run& r) const {
  if (count_ - r.begin_count < spec.reach) return;
  r.begin_count = count_ - spec.reach + 1;
  r.begin = p.back(p.piece.end(), spec.reach - 1);
  go_on(p, spec, r, p.piece.end());
}

void watch::go_on(const pass& p, const run_spec& spec, run& r, std::uint64_t end) const {
  while (r.begin < end && !(spec.first.has(p.byte_at(r.begin)) && p.leads(spec.leads, r.begin))) {
    r.begin = p.piece.base + after_code_point(p.piece.text, r.begin - p.piece.base);
    ++r.begin_count;
  }
}

// The same for a run of combinations, which goes or went up to `end`.
void watch::age(const pass& p, const run_spec& spec, run& r, std::uint64_t end, std::uint64_t combined_upto) const {
  if (combined_upto < spec.within) return;
  const std::uint64_t oldest = combined_upto - spec.within + 1;
  if (p.text.begin_of(p.v, r.begin, p.text.whole()) >= oldest) return;
  const std::uint64_t begin = std::min(end, std::max(r.begin, p.text.view_offset(p.v, oldest)));
  r.begin_count += count_code_points(p.piece.text.substr(r.begin - p.piece.base, begin - r.begin));
  r.begin = begin;
  go_on(p, spec, r, end);
}

// The first begin that is still to be combined in runs that are over; lets go of
// those that have none.
std::uint64_t watch::past_from(const pass& p, std::uint64_t combined_upto) {
  std::uint64_t first = p.piece.end();
  std::erase_if(past_runs_, [&](past_run& past) {
    const run_spec& spec = p.rules_of_view.runs[past.spec];
    age(p, spec, past.first, past.end, combined_upto);
    if (past.end_count - past.first.begin_count < spec.shortest) return true;
    first = std::min(first, past.first.begin);
    return false;
  });
  return first;
}

// The longest end of the text that begins a held literal, or a tail where a match
// that it may end begins no later.
std::uint64_t watch::held_begin(const pass& p, std::uint64_t guarded) const {
  const std::uint64_t end = p.piece.end();
  const literal_index& index = p.rules_of_view.index;
  for (auto held = index.first_held(at_); held.any(); held = index.next_held(held)) {
    const std::uint64_t at = end - held.depth;
    if (held.leads != 0 && p.leads(held.leads, at)) return at;
    if (held.heads != 0 && at < guarded && p.leads(held.heads, at)) guarded = at;
    if (held.tail && at >= guarded) return at;
  }
  return end;
}

std::uint64_t watch::live_from(const pass& p, std::uint64_t combined_upto, std::uint64_t guarded) {
  std::uint64_t first = p.piece.end();
  std::size_t alive = 0;
  for (const window& w : windows_) {
    if (!lives(p, w, combined_upto)) continue;
    if (p.rules_of_view.windows[w.spec].holds) first = std::min(first, w.begin);
    if (p.rules_of_view.windows[w.spec].guards) guarded = std::min(guarded, w.begin);
    windows_[alive++] = w;
  }
  checked_ = p.piece.end();
  if (alive != windows_.size()) windows_.resize(alive);
  for (std::uint64_t which = live_runs_; which != 0; which &= which - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(which));
    const run_spec& spec = p.rules_of_view.runs[i];
    if (spec.within != 0) age(p, spec, runs_[i], p.piece.end(), combined_upto);
    else age(p, spec, runs_[i]);
    if (runs_[i].begin == p.piece.end()) {
      live_runs_ &= ~(std::uint64_t{1} << i);  // the next byte may begin it anew
      continue;
    }
    if (spec.holds) first = std::min(first, runs_[i].begin);
    if (spec.guards) guarded = std::min(guarded, runs_[i].begin);
  }
  if (literal_index::holds(at_)) first = std::min(first, held_begin(p, guarded));
  return past_runs_.empty() ? first : std::min(first, past_from(p, combined_upto));
}

std::uint64_t watch::kept_from(const view_plan& rules, const held_text::piece& piece) const {
  std::uint64_t first = piece.end() - std::min<std::uint64_t>(piece.text.size(), rules.literal_bytes_max);
  for (const window& w : windows_) first = std::min(first, w.begin);
  for (std::uint64_t which = live_runs_; which != 0; which &= which - 1) {
    first = std::min(first, runs_[static_cast<std::size_t>(std::countr_zero(which))].begin);
  }
  for (const past_run& past : past_runs_) first = std::min(first, past.first.begin);
  return first;
}

}  // namespace stoplog::match
