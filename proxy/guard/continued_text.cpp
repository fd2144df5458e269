#include "guard/continued_text.hpp"

#include "guard/redacted_runs.hpp"

#include <algorithm>

namespace stoplog::guard {
namespace {

// More than the longest match of a rule.
constexpr std::size_t kept = 8192;

bool continues_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

void keep_end(std::string& text) {
  if (text.size() <= 2 * kept) return;
  std::size_t from = text.size() - kept;
  while (continues_character(text[from])) --from;
  text.erase(0, from);
}

}  // namespace

continued_text::continued_text(std::shared_ptr<const policy::compiled_policy> policy, surface where, std::string_view before)
    : policy_(std::move(policy)), stage_(policy_, where), before_(before.size()) {
  const auto step = stage_.feed(before, false);
  // What is found in what went out is told, or is none: the text may be cut before its begin.
  passes_ = !step || step->verdict == verdict::block;
  if (step) released_upto_ = step->release_upto;
  stage_.take_found();
}

result<continued_text::step> continued_text::feed(std::string_view text, bool end) {
  if (passes_) return step{text, false};
  const auto seen = stage_.feed(text, end);
  if (!seen) return seen.error();
  collect();
  return step{own_part(*seen), seen->verdict == verdict::block};
}

// Without what was released of the text before. A mask that stands for the end of
// it and the begin of this one is this one's.
std::string_view continued_text::own_part(const match::step& of) {
  std::uint64_t at = released_upto_;
  released_upto_ = of.release_upto;
  if (at >= before_) return of.released;
  const std::uint64_t upto = std::min(before_, of.release_upto);
  std::size_t skip = 0;
  for (const redacted_run& r : redacted_runs(stage_.all(), *policy_, stage_.where().direction)) {
    if (r.where.end <= at || r.where.begin >= upto) continue;
    if (r.where.begin > at) skip += r.where.begin - at;
    if (r.where.end > before_) return of.released.substr(std::min(skip, of.released.size()));
    std::string mask;
    policy_->database()->rule(r.rule).append_mask(mask, stage_.text_of(r.first));
    skip += mask.size();
    at = r.where.end;
  }
  if (at < upto) skip += upto - at;
  return of.released.substr(std::min(skip, of.released.size()));
}

void continued_text::collect() {
  for (policy::finding& f : stage_.take_found()) {
    if (f.span.begin >= before_ || f.span.end <= before_) continue;
    f.span = {0, f.span.end - before_};
    found_.push_back(std::move(f));
  }
}

std::string continued_text::give_up() {
  const std::uint64_t from = std::max(before_, released_upto_);
  passes_ = true;
  released_upto_ = stage_.received();
  return std::string(stage_.text_of({from, stage_.received()}));
}

std::uint64_t continued_text::held() const noexcept {
  return passes_ ? 0 : stage_.received() - std::max(before_, stage_.released_upto());
}

std::uint64_t continued_text::masked_bytes() const {
  std::uint64_t bytes = 0;
  for (const redacted_run& r : redacted_runs(stage_.all(), *policy_, stage_.where().direction)) {
    const std::uint64_t begin = std::max(r.where.begin, before_);
    const std::uint64_t end = std::min(r.where.end, released_upto_);
    if (begin < end) bytes += end - begin;
  }
  return bytes;
}

std::uint64_t continued_text::leaked() const {
  if (passes_) return 0;
  std::uint64_t bytes = stage_.leaked();
  for (const match::finding& f : stage_.all()) {
    const bool across = f.where.begin < before_ && f.where.end > before_;
    if (across && policy_->effect(f.rule, stage_.where().direction) == verdict::block) bytes = std::max(bytes, before_ - f.where.begin);
  }
  return bytes;
}

const std::string& continued_texts::begin(std::size_t separator) { return ends_[separator] += separators[separator]; }

void continued_texts::append(std::string_view released) {
  for (std::string& end : ends_) {
    end += released;
    keep_end(end);
  }
}

}  // namespace stoplog::guard
