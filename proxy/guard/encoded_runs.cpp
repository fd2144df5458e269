#include "guard/encoded_runs.hpp"

#include "guard/decoded_text.hpp"
#include "guard/document_judge.hpp"
#include "guard/run_trial.hpp"

#include <algorithm>

namespace stoplog::guard {
namespace {

using kind = run_decoder::kind;

constexpr std::uint64_t characters_min = run_decoder::characters_min;
constexpr std::size_t before_bytes_max = 512;

std::size_t bytes_min(kind what) noexcept {
  switch (what) {
    case kind::base64: return characters_min * 3 / 4;
    case kind::hex: return characters_min / 2;
    case kind::percent: break;
  }
  return 1;
}

// For the path of a finding.
std::string_view name_of(kind what) noexcept {
  switch (what) {
    case kind::base64: return " in base64";
    case kind::hex: return " in hexadecimal digits";
    case kind::percent: break;
  }
  return " percent-encoded";
}

}  // namespace

encoded_runs::run::run(kind kind) : what(kind), trial(kind) {}
encoded_runs::run::~run() = default;
encoded_runs::run::run(run&&) noexcept = default;

encoded_runs::encoded_runs(std::shared_ptr<const policy::compiled_policy> policy, surface where, int level)
    : policy_(std::move(policy)),
      where_(where),
      level_(level),
      enforced_(enforces(*policy_)),
      held_first_(match::held_first(*policy_->database(), where)),
      runs_{run(kind::base64), run(kind::hex)} {}
encoded_runs::~encoded_runs() = default;
encoded_runs::encoded_runs(encoded_runs&&) noexcept = default;

// Whether the next byte may find something.
bool encoded_runs::watches() const noexcept {
  return percent_ != nullptr || std::any_of(runs_.begin(), runs_.end(), [](const run& r) { return r.size + 1 >= characters_min; });
}

run_trial::rules encoded_runs::trial_rules() const noexcept { return {policy_, where_, level_, held_first_}; }

result<std::size_t> encoded_runs::feed(std::string_view text, bool end) {
  at_once_ = at_once_ || (end && at_ == 0);
  if (at_once_ && !ended_ && at_ == 0 && !run_decoder::may_hold_run(text)) {
    ended_ = true;
    at_ = safe_before_ = text.size();
    return text.size();
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (pass_by(text[i])) continue;
    if (watches()) safe_before_ = safe_upto();
    const auto blocked = take(text[i]);
    if (!blocked) return blocked.error();
    if (found_any()) return i + 1;
  }
  if (end && !ended_) {
    ended_ = true;
    safe_before_ = safe_upto();
    const auto blocked = end_all();
    if (!blocked) return blocked.error();
  }
  return text.size();
}

// Takes a character with which nothing can be found and for which nothing has to
// be decoded: nearly all of them.
bool encoded_runs::pass_by(char c) {
  const auto takes = [c](const run& r) { return run_decoder::takes(r.what, c); };
  const auto has_work = [&](const run& r) { return r.open || (takes(r) && (r.trial.live() || r.size + 1 >= characters_min)); };
  if (percent_ != nullptr || c == '%' || std::any_of(runs_.begin(), runs_.end(), has_work)) return false;
  remember(c);
  bool any = false;
  for (run& r : runs_) {
    if (takes(r)) begin_or_grow(r, c);
    else end_unread(r);
    any = any || r.size != 0;
  }
  count_before(c);
  ++at_;
  if (!any && before_ == 0) recent_.clear();
  return true;
}

void encoded_runs::remember(char c) {
  if (recent_.size() == 2 * before_bytes_max) recent_.erase(0, before_bytes_max);
  recent_ += c;
}

void encoded_runs::begin_or_grow(run& r, char c) {
  if (r.size++ != 0) return;
  r.begin = at_;
  // Digits within a longer word are not the begin of a run.
  r.trial.begin(c, at_, enforced_ && !at_once_ && (r.what == kind::base64 || runs_[0].begin == at_));
}

void encoded_runs::end_unread(run& r) {
  r.trial.end();
  r.size = 0;
}

void encoded_runs::count_before(char c) {
  if (!run_decoder::takes(kind::percent, c)) before_ = 0;
  else if (before_++ == before_bytes_max) before_ -= before_bytes_max / 2;
}

result<bool> encoded_runs::take(char c) {
  remember(c);
  for (run& r : runs_) {
    const auto blocked = run_decoder::takes(r.what, c) ? enter(r, c) : leave(r, c);
    if (!blocked || *blocked) return blocked;
  }
  const auto blocked = take_percent(c);
  ++at_;
  return blocked;
}

// A character that is none of the run's.
result<bool> encoded_runs::leave(run& r, char c) {
  // A single line break may stand within.
  const bool breaks = r.open && r.what == kind::base64 && ((c == '\r' && r.breaks == 0) || (c == '\n' && r.breaks < 2));
  if (!breaks) return end_run(r);
  r.breaks = c == '\n' ? 2 : 1;
  return false;
}

result<bool> encoded_runs::enter(run& r, char c) {
  r.breaks = 0;
  if (r.open) {
    ++r.size;
    for (reading& one : r.readings) {
      const auto blocked = step(one, c, at_);
      if (!blocked || *blocked) return blocked;
    }
    return false;
  }
  begin_or_grow(r, c);
  if (r.size == characters_min) return open_all(r);
  if (r.size == 1 || !r.trial.live()) return false;
  const auto tried = r.trial.take(c, at_, trial_rules());
  return tried ? result<bool>(false) : tried.error();
}

// Reads what there is of the run from each of its first characters on.
result<bool> encoded_runs::open_all(run& r) {
  r.open = true;
  r.trial.end();
  const std::string_view first = std::string_view(recent_).substr(recent_.size() - characters_min);
  const std::size_t ways = r.what == kind::base64 ? 4 : 2;
  for (std::size_t from = 0; from < ways; ++from) r.readings.push_back({run_decoder(r.what, r.begin + from), nullptr});
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t from = 0; from < ways && from <= i; ++from) {
      const auto blocked = step(r.readings[from], first[i], r.begin + i);
      if (!blocked || *blocked) return blocked;
    }
  }
  return false;
}

result<bool> encoded_runs::take_percent(char c) {
  if (percent_ == nullptr && c != '%') {
    count_before(c);
    return false;
  }
  if (!run_decoder::takes(kind::percent, c)) {
    before_ = 0;
    const std::unique_ptr<reading> over = std::move(percent_);
    return end_reading(*over);
  }
  if (percent_ == nullptr) {
    percent_at_ = at_;
    percent_ = std::make_unique<reading>(reading{run_decoder(kind::percent, at_ - before_), nullptr});
    const std::string_view before = std::string_view(recent_).substr(recent_.size() - 1 - before_, before_);
    for (std::size_t i = 0; i < before.size(); ++i) percent_->decoder.take(before[i], percent_->decoder.begin() + i);
  }
  return step(*percent_, c, at_);
}

result<bool> encoded_runs::step(reading& r, char c, std::uint64_t at) {
  const std::uint64_t segment = r.decoder.segment();
  const bool goes_on = r.decoder.take(c, at);
  return after_step(r, goes_on, segment);
}

bool encoded_runs::enough(const reading& r, std::string_view text, bool escapes) {
  if (r.judged != nullptr) return true;
  return r.decoder.what() == kind::percent ? escapes : text.size() >= bytes_min(r.decoder.what());
}

// `segment` is the one that was at hand before the step.
result<bool> encoded_runs::after_step(reading& r, bool goes_on, std::uint64_t segment) {
  if (!goes_on && enough(r, r.decoder.ended(), r.decoder.ended_escapes())) {
    const auto blocked = judge(r, r.decoder.ended(), true, segment);
    if (!blocked || *blocked) return blocked;
  }
  const std::string_view text = r.decoder.ready();
  if (text.empty() || at_once_ || !enough(r, text, r.decoder.escapes())) return false;
  const auto blocked = judge(r, text, false, r.decoder.segment());
  r.decoder.drain();
  return blocked;
}

result<bool> encoded_runs::judge(reading& r, std::string_view text, bool end, std::uint64_t segment) {
  if (r.judged == nullptr) {
    r.judged = std::make_unique<decoded_text>(policy_, where_, level_);
    r.judged_from = segment;
    r.least = at_once_ ? 0 : safe_before_;
  }
  const auto blocked = r.judged->feed(text, end);
  if (!blocked) return blocked;
  note(r);
  if (end && !*blocked) {
    add_masks(r, masks_);
    r.judged.reset();
  }
  return blocked;
}

result<bool> encoded_runs::end_reading(reading& r) {
  const std::uint64_t segment = r.decoder.segment();
  const bool goes_on = r.decoder.finish();
  const auto blocked = after_step(r, goes_on, segment);
  if (!blocked || *blocked || !enough(r, r.decoder.ready(), r.decoder.escapes())) return blocked;
  return judge(r, r.decoder.ready(), true, r.decoder.segment());
}

result<bool> encoded_runs::end_run(run& r) {
  for (reading& one : r.readings) {
    const auto blocked = end_reading(one);
    if (!blocked || *blocked) return blocked;
  }
  r.readings.clear();
  end_unread(r);
  r.breaks = 0;
  r.open = false;
  return false;
}

result<bool> encoded_runs::end_all() {
  for (run& r : runs_) {
    const auto blocked = end_run(r);
    if (!blocked || *blocked) return blocked;
  }
  if (percent_ == nullptr) return false;
  const auto blocked = end_reading(*percent_);
  if (blocked && !*blocked) percent_.reset();
  return blocked;
}

// Offsets of what was decoded become those of the text.
void encoded_runs::note(reading& r) {
  for (policy::finding& f : r.judged->take_found()) {
    f.span = {r.decoder.guarded_begin(r.judged_from + f.span.begin), r.decoder.encoded_end(r.judged_from + f.span.end)};
    f.path = std::string(name_of(r.decoder.what())) + f.path;
    if (f.enforced == verdict::block) blocked_at_ = std::min(blocked_at_, f.span.begin);
    found_.push_back(std::move(f));
  }
  blocked_ = blocked_ || r.judged->blocked();
}

void encoded_runs::add_masks(const reading& r, std::vector<masked_span>& into) {
  for (masked_span& m : r.judged->masks()) {
    m.where = {guarded_begin(r, r.judged_from + m.where.begin), r.decoder.encoded_end(r.judged_from + m.where.end)};
    if (m.where.begin < m.where.end) into.push_back(std::move(m));
  }
}

const std::vector<masked_span>& encoded_runs::masks(std::uint64_t passed) {
  std::erase_if(masks_, [passed](const masked_span& m) { return m.where.end <= passed; });
  all_masks_ = masks_;
  const auto add = [this](const reading& r) {
    if (r.judged != nullptr) add_masks(r, all_masks_);
  };
  for (const run& r : runs_) {
    std::for_each(r.readings.begin(), r.readings.end(), add);
  }
  if (percent_ != nullptr) add(*percent_);
  std::stable_sort(all_masks_.begin(), all_masks_.end(),
                   [](const masked_span& a, const masked_span& b) { return a.where.begin < b.where.begin; });
  return all_masks_;
}

// What had gone out, byte by byte, before it could be known that this is to be read.
std::uint64_t encoded_runs::guarded_begin(const reading& r, std::uint64_t byte) {
  return std::max(r.least, r.decoder.guarded_begin(byte));
}

std::uint64_t encoded_runs::safe_of(const reading& r) {
  return guarded_begin(r, r.judged == nullptr ? r.decoder.segment() : r.judged_from + r.judged->safe());
}

std::uint64_t encoded_runs::safe_upto() const {
  std::uint64_t upto = at_;
  if (!enforced_) return upto;
  for (const run& r : runs_) {
    if (r.trial.live()) upto = r.trial.safe_upto(upto, trial_rules());
    for (const reading& one : r.readings) {
      if (one.judged != nullptr) upto = std::min(upto, safe_of(one));
      // Long enough, but the last character of it is not whole.
      if (one.judged == nullptr && one.decoder.begin() == r.begin && one.decoder.segment() == 0) upto = std::min(upto, r.begin + 1);
    }
  }
  if (percent_ != nullptr) upto = std::min(upto, std::max(percent_at_, safe_of(*percent_)));
  return upto;
}

}  // namespace stoplog::guard
