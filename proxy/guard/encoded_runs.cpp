#include "guard/encoded_runs.hpp"

#include "guard/document_judge.hpp"
#include "guard/redacted_runs.hpp"
#include "guard/scan_stage.hpp"

#include <algorithm>
#include <optional>

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

// The first character of a run says too little to be held for, so it is never
// guarded: without the second one there is no byte.
std::uint64_t guarded(const run_decoder& decoder, std::uint64_t at) noexcept {
  return decoder.what() != kind::percent && at == decoder.begin() ? at + 1 : at;
}

// Whether a text may hold something encoded that makes a byte.
bool may_be_encoded(std::string_view text) noexcept {
  const auto encodes = [](char c) { return run_decoder::takes(kind::base64, c); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' || (i != 0 && encodes(text[i - 1]) && encodes(text[i]))) return true;
  }
  return false;
}

// Bytes with which something encoded goes on or begins.
const std::bitset<256>& encoded_first() {
  static const std::bitset<256> bytes = [] {
    std::bitset<256> all;
    for (unsigned byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      all[byte] = c == '%' || run_decoder::takes(kind::base64, c);
    }
    return all;
  }();
  return bytes;
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

// What a reading says: judged as it stands, and for what is encoded in it.
struct encoded_runs::decoded_text {
  decoded_text(const std::shared_ptr<const policy::compiled_policy>& policy, surface where, int level) : stage(policy, where) {
    if (level > 1) inner.emplace(policy, where, level - 1);
  }

  result<bool> feed(std::string_view text, bool end) {
    const auto step = stage.feed(text, end);
    if (!step) return step.error();
    fed += text.size();
    blocked = step->verdict == verdict::block;
    for (bool more = inner.has_value() && !blocked; more;) {
      const auto taken = inner->feed(text, end);
      if (!taken) return taken.error();
      text.remove_prefix(*taken);
      blocked = inner->blocked();
      more = !blocked && (inner->found_any() || !text.empty());
      for (policy::finding& f : inner->take_found()) found.push_back(std::move(f));
    }
    for (policy::finding& f : stage.take_found()) found.push_back(std::move(f));
    return blocked;
  }

  std::uint64_t safe() const {
    return inner ? std::min(stage.released_upto(), inner->safe_upto()) : stage.released_upto();
  }

  // Where the first mask stands, whether or not it was released.
  std::uint64_t first_masked(const policy::compiled_policy& policy) {
    const auto runs = redacted_runs(stage.all(), policy, stage.where().direction);
    std::uint64_t first = runs.empty() ? UINT64_MAX : runs.front().where.begin;
    if (inner) {
      for (const masked_span& m : inner->masks(0)) first = std::min(first, m.where.begin);
    }
    return first;
  }

  scan_stage stage;
  std::uint64_t fed = 0;
  std::optional<encoded_runs> inner;
  std::vector<policy::finding> found;
  bool blocked = false;
};

encoded_runs::encoded_runs(std::shared_ptr<const policy::compiled_policy> policy, surface where, int level)
    : policy_(std::move(policy)),
      where_(where),
      level_(level),
      enforced_(enforces(*policy_)),
      held_first_(match::held_first(*policy_->database(), where)),
      runs_{run{.what = kind::base64, .first = {}, .readings = {}}, run{.what = kind::hex, .first = {}, .readings = {}}} {}
encoded_runs::~encoded_runs() = default;
encoded_runs::encoded_runs(encoded_runs&&) noexcept = default;

// Whether the next byte may find something.
bool encoded_runs::watches() const noexcept {
  return percent_ != nullptr || std::any_of(runs_.begin(), runs_.end(), [](const run& r) { return r.size + 1 >= characters_min; });
}

result<std::size_t> encoded_runs::feed(std::string_view text, bool end) {
  at_once_ = at_once_ || (end && at_ == 0);
  if (at_once_ && !ended_ && at_ == 0 && !run_decoder::may_hold_run(text)) {
    ended_ = true;
    at_ = safe_before_ = text.size();
    return text.size();
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
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

result<bool> encoded_runs::take(char c) {
  for (run& r : runs_) {
    const auto blocked = take_in(r, c);
    if (!blocked) return blocked;
  }
  const auto blocked = take_percent(c);
  ++at_;
  return blocked;
}

result<bool> encoded_runs::take_in(run& r, char c) {
  if (!run_decoder::takes(r.what, c)) {
    if (r.size == 0) return false;
    // A single line break may stand within.
    const bool breaks = r.open && r.what == kind::base64 && ((c == '\r' && r.breaks == 0) || (c == '\n' && r.breaks < 2));
    if (!breaks) return end_run(r);
    r.breaks = c == '\n' ? 2 : 1;
    return false;
  }
  r.breaks = 0;
  if (r.size == 0) {
    r.begin = at_;
    // Digits within a longer word are not the begin of a run.
    r.on_trial = enforced_ && !at_once_ && (r.what == kind::base64 || runs_[0].begin == at_);
    r.first.clear();
    r.readings.push_back({run_decoder(r.what, at_), nullptr});
  }
  ++r.size;
  if (!r.open) {
    r.first += c;
    return r.size < characters_min ? try_out(r, c) : open_all(r);
  }
  for (reading& one : r.readings) {
    const auto blocked = step(one, c, at_);
    if (!blocked || *blocked) return blocked;
  }
  return false;
}

// Of a run that may yet be long enough: whether something in it would have to be
// held. What is found counts only when it is long enough.
result<bool> encoded_runs::try_out(run& r, char c) {
  reading& trial = r.readings.front();
  run_decoder& decoder = trial.decoder;
  if (!r.on_trial || decoder.segment() != 0) return false;
  if (!decoder.take(c, at_)) {
    trial.judged.reset();
    return false;
  }
  const std::string_view text = decoder.ready();
  const auto begins = [this](char byte) { return held_first_[static_cast<unsigned char>(byte)]; };
  if (trial.judged == nullptr) {
    if (std::none_of(text.begin(), text.end(), begins) && (level_ == 1 || !may_be_encoded(text))) return false;
    trial.judged = std::make_unique<decoded_text>(policy_, where_, level_);
  }
  if (text.empty() || trial.judged->blocked) return false;
  const auto blocked = trial.judged->feed(text, false);
  decoder.drain();
  return blocked ? result<bool>(false) : blocked;
}

// Reads what there is of the run from each of its first characters on.
result<bool> encoded_runs::open_all(run& r) {
  r.open = true;
  r.readings.clear();
  const std::size_t ways = r.what == kind::base64 ? 4 : 2;
  for (std::size_t from = 0; from < ways; ++from) r.readings.push_back({run_decoder(r.what, r.begin + from), nullptr});
  for (std::size_t i = 0; i < r.first.size(); ++i) {
    for (std::size_t from = 0; from < ways && from <= i; ++from) {
      const auto blocked = step(r.readings[from], r.first[i], r.begin + i);
      if (!blocked || *blocked) return blocked;
    }
  }
  return false;
}

result<bool> encoded_runs::take_percent(char c) {
  if (!run_decoder::takes(kind::percent, c)) {
    before_.clear();
    if (percent_ == nullptr) return false;
    const std::unique_ptr<reading> over = std::move(percent_);
    return end_reading(*over);
  }
  if (percent_ == nullptr && c != '%') {
    if (before_.size() >= before_bytes_max) before_.erase(0, before_bytes_max / 2);
    before_ += c;
    return false;
  }
  if (percent_ == nullptr) {
    percent_at_ = at_;
    percent_ = std::make_unique<reading>(reading{run_decoder(kind::percent, at_ - before_.size()), nullptr});
    for (std::size_t i = 0; i < before_.size(); ++i) percent_->decoder.take(before_[i], percent_->decoder.begin() + i);
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
    if (!r.open) break;
    const auto blocked = end_reading(one);
    if (!blocked || *blocked) return blocked;
  }
  r.readings.clear();
  r.size = 0;
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
  for (policy::finding& f : r.judged->found) {
    f.span = {guarded(r.decoder, r.decoder.encoded_begin(r.judged_from + f.span.begin)), r.decoder.encoded_end(r.judged_from + f.span.end)};
    f.path = std::string(name_of(r.decoder.what())) + f.path;
    if (f.enforced == verdict::block) blocked_at_ = std::min(blocked_at_, f.span.begin);
    found_.push_back(std::move(f));
  }
  r.judged->found.clear();
  blocked_ = blocked_ || r.judged->blocked;
}

void encoded_runs::add_masks(const reading& r, std::vector<masked_span>& into) {
  const match::database& rules = *policy_->database();
  const auto add = [&](match::text_span where, std::string mask) {
    const match::text_span masked{guarded_begin(r, r.judged_from + where.begin), r.decoder.encoded_end(r.judged_from + where.end)};
    if (masked.begin < masked.end) into.push_back({masked, std::move(mask)});
  };
  for (const redacted_run& run : redacted_runs(r.judged->stage.all(), *policy_, where_.direction)) {
    std::string mask;
    rules.rule(run.rule).append_mask(mask, r.judged->stage.text_of(run.first));
    add(run.where, std::move(mask));
  }
  if (!r.judged->inner) return;
  for (const masked_span& m : r.judged->inner->masks(0)) add(m.where, m.mask);
}

const std::vector<masked_span>& encoded_runs::masks(std::uint64_t passed) {
  std::erase_if(masks_, [passed](const masked_span& m) { return m.where.end <= passed; });
  all_masks_ = masks_;
  const auto add = [this](const reading& r) {
    if (r.judged != nullptr) add_masks(r, all_masks_);
  };
  for (const run& r : runs_) {
    if (r.open) std::for_each(r.readings.begin(), r.readings.end(), add);
  }
  if (percent_ != nullptr) add(*percent_);
  std::stable_sort(all_masks_.begin(), all_masks_.end(),
                   [](const masked_span& a, const masked_span& b) { return a.where.begin < b.where.begin; });
  return all_masks_;
}

// What had gone out, byte by byte, before it could be known that this is to be read.
std::uint64_t encoded_runs::guarded_begin(const reading& r, std::uint64_t byte) {
  return std::max(r.least, guarded(r.decoder, r.decoder.encoded_begin(byte)));
}

std::uint64_t encoded_runs::safe_of(const reading& r) {
  return guarded_begin(r, r.judged == nullptr ? r.decoder.segment() : r.judged_from + r.judged->safe());
}

std::uint64_t encoded_runs::safe_on_trial(const run& r) const {
  const reading& trial = r.readings.front();
  const run_decoder& decoder = trial.decoder;
  std::uint64_t upto = at_;
  if (!r.on_trial || decoder.segment() != 0) return upto;
  if (trial.judged != nullptr) {
    const std::uint64_t safe = std::min(trial.judged->safe(), trial.judged->first_masked(*policy_));
    if (safe < trial.judged->fed) upto = std::min(upto, guarded(decoder, decoder.encoded_begin(safe)));
  }
  if (const std::string_view begun = decoder.begun(); !begun.empty()) {
    if (held_first_[static_cast<unsigned char>(begun.front())] && decoder.next_may_go_on()) upto = std::min(upto, guarded(decoder, decoder.begun_at()));
  } else if (decoder.next_may_be(held_first_) || (level_ > 1 && decoder.next_may_be(encoded_first()))) {
    upto = std::min(upto, guarded(decoder, decoder.next_begin()));
  }
  return upto;
}

std::uint64_t encoded_runs::safe_upto() const {
  std::uint64_t upto = at_;
  if (!enforced_) return upto;
  for (const run& r : runs_) {
    if (r.size != 0 && !r.open) upto = std::min(upto, safe_on_trial(r));
    for (const reading& one : r.readings) {
      if (r.open && one.judged != nullptr) upto = std::min(upto, safe_of(one));
      // Long enough, but the last character of it is not whole.
      if (r.open && one.judged == nullptr && one.decoder.begin() == r.begin && one.decoder.segment() == 0) upto = std::min(upto, r.begin + 1);
    }
  }
  if (percent_ != nullptr) upto = std::min(upto, std::max(percent_at_, safe_of(*percent_)));
  return upto;
}

}  // namespace stoplog::guard
