#include "guard/text_scan.hpp"

#include "guard/redacted_runs.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <utility>

namespace stoplog::guard {

text_scan::text_scan(const std::shared_ptr<const policy::compiled_policy>& policy, surface where)
    : policy_(policy), plain_(policy, where) {
  if (!policy->rules().empty()) encoded_.emplace(encoded{encoded_runs(policy, where), {}, 0, {}, {}, 0, 0, {}});
  if (where.channel == channel::tool_arguments) unescaped_.emplace(unescaped{scan_stage(policy, where), {}, {}, {}, 0, 0, {}, 0, {}});
}

result<text_scan::step> text_scan::feed(std::string_view text, bool end) {
  received_ += text.size();
  if (given_up_) {
    unscanned_ += text.size();
    return step{text, true, false};
  }
  const auto judged = encoded_ ? feed_encoded(text, end) : feed_views(text, end);
  if (judged) {
    // The matcher knows of verbatim pieces; behind a view only the bytes tell.
    const bool verbatim = unescaped_ || encoded_ ? judged->released == text : judged->verbatim;
    return step{judged->released, verbatim, judged->verdict == verdict::block};
  }
  if (policy_->when_unjudged(plain_.where()) == policy::on_error::block) return fail(errc::evaluation_failed, "a rule could not be evaluated");
  unjudged_ = give_up();
  return step{unjudged_, unjudged_ == text, false};
}

std::string text_scan::give_up() {
  given_up_ = true;
  std::string left(plain_.unreleased());
  if (unescaped_) left += unescaped_->waiting;
  if (encoded_) left += encoded_->waiting;
  unscanned_ += left.size();
  return left;
}

// Within a string of JSON, as arguments are, a mask is escaped.
void text_scan::append_mask(std::string& out, std::string_view mask) const {
  if (!unescaped_) {
    out += mask;
    return;
  }
  std::string escaped;
  json::append_string(escaped, mask);
  out.append(escaped, 1, escaped.size() - 2);
}

// Gives the other views the text up to `upto`, with masks for what was found encoded
// in it. What they release is added to `released`.
result<match::step> text_scan::pass_encoded(std::uint64_t upto, bool end) {
  encoded& e = *encoded_;
  e.passed.clear();
  const std::uint64_t begin = e.passed_upto;
  const auto advance = [&](std::uint64_t to, bool masked) {
    const std::uint64_t size = to - e.passed_upto;
    if (masked) e.masked += size;
    else e.passed.append(e.waiting, e.passed_upto - begin, size);
    e.passed_upto = to;
  };
  if (upto > begin) {
    for (const masked_span& m : e.runs.masks(begin)) {
      if (m.where.end <= e.passed_upto || m.where.begin >= upto) continue;
      if (m.where.begin > e.passed_upto) advance(m.where.begin, false);
      // Not where a mask stands already that goes on.
      if (m.where.begin >= e.masked_upto) append_mask(e.passed, m.mask);
      advance(std::min(m.where.end, upto), true);
      e.masked_upto = std::max(e.masked_upto, m.where.end);
    }
    advance(upto, false);
    e.waiting.erase(0, e.passed_upto - begin);
  }
  auto step = feed_views(e.passed, end);
  if (!step) return step;
  e.released += step->released;
  step->released = e.released;
  return step;
}

// What the other views decide by the text before counts before what is found
// encoded, as if the text had come byte by byte.
result<match::step> text_scan::feed_encoded(std::string_view text, bool end) {
  encoded& e = *encoded_;
  e.released.clear();
  const bool waits = !e.waiting.empty();
  for (bool first = true;; first = false) {
    const auto taken = e.runs.feed(text, end);
    if (!taken) return taken.error();
    if (first && !waits && !e.runs.found_any() && e.runs.safe_upto() == e.passed_upto + text.size()) {
      e.passed_upto += text.size();
      return feed_views(text, end);
    }
    if (first) e.waiting += text;
    text.remove_prefix(*taken);
    if (!e.runs.found_any()) break;
    auto step = pass_encoded(e.runs.safe_before(), false);
    if (!step) return step;
    if (step->verdict == verdict::block) {
      e.passed_upto = 0;  // what was found encoded came later, and is not told
      return step;
    }
    for (policy::finding& f : e.runs.take_found()) e.found.push_back(std::move(f));
    if (!e.runs.blocked()) continue;
    step = pass_encoded(e.runs.safe_upto(), false);
    if (step) step->verdict = verdict::block;
    return step;
  }
  return pass_encoded(e.runs.safe_upto(), end);
}

// Gives the plain stage the text up to where the view is released, with masks
// for what the view's rules redact.
void text_scan::pass_unescaped(std::uint64_t view_upto) {
  unescaped& u = *unescaped_;
  u.passed.clear();
  const auto advance = [&u](std::uint64_t to, bool masked) {
    const std::uint64_t upto = u.view.raw_offset(to);
    const auto size = static_cast<std::size_t>(upto - u.passed_upto);
    if (!masked) u.passed.append(u.waiting, 0, size);
    else u.masked += size;
    u.waiting.erase(0, size);
    u.passed_upto = upto;
    u.view_upto = to;
  };
  for (const redacted_run& r : redacted_runs(u.stage.all(), *policy_, u.stage.where().direction)) {
    if (r.where.end <= u.view_upto || r.where.begin >= view_upto) continue;
    if (r.where.begin >= u.view_upto) {
      advance(r.where.begin, false);
      std::string mask;
      policy_->database()->rule(r.rule).append_mask(mask, u.stage.text_of(r.first));
      append_mask(u.passed, mask);
    }
    advance(std::min(r.where.end, view_upto), true);
  }
  advance(view_upto, false);
}

result<match::step> text_scan::feed_unescaped(std::string_view text, bool end) {
  unescaped& u = *unescaped_;
  u.decoded.clear();
  u.waiting += text;
  u.view.feed(text, end, u.decoded);
  const auto seen = u.stage.feed(u.decoded, end);
  if (!seen) return seen;
  pass_unescaped(seen->release_upto);
  const bool blocked = seen->verdict == verdict::block;
  auto judged = plain_.feed(u.passed, end && !blocked);
  if (judged && blocked) judged->verdict = verdict::block;
  return judged;
}

std::vector<policy::finding> text_scan::take_found() {
  auto found = encoded_ ? std::exchange(encoded_->found, {}) : std::vector<policy::finding>{};
  if (unescaped_) {
    for (policy::finding& f : unescaped_->stage.take_found()) {
      unescaped_->seen.emplace(f.rule, f.fingerprint);
      found.push_back(std::move(f));
    }
  }
  for (policy::finding& f : plain_.take_found()) {
    // The same match in both views is one finding.
    if (unescaped_ && unescaped_->seen.contains({f.rule, f.fingerprint})) continue;
    found.push_back(std::move(f));
  }
  return found;
}

std::uint64_t text_scan::held() const noexcept {
  if (given_up_) return 0;
  return plain_.held() + (unescaped_ ? unescaped_->waiting.size() : 0) + (encoded_ ? encoded_->waiting.size() : 0);
}

std::uint64_t text_scan::leaked() const {
  const std::uint64_t encoded = encoded_ ? encoded_->runs.leaked(encoded_->passed_upto) : 0;
  return std::max({plain_.leaked(), unescaped_ ? unescaped_->stage.leaked() : 0, encoded});
}

void text_scan::count(coverage& into) const {
  into.received += received_;
  into.scanned += received_ - unscanned_;
  const std::uint64_t masked = plain_.masked_bytes() + (unescaped_ ? unescaped_->masked : 0) + (encoded_ ? encoded_->masked : 0);
  const std::uint64_t withheld = held() + masked;
  into.released += received_ - std::min(received_, withheld);
}

bool text_scan::findings_dropped() const noexcept {
  return plain_.more_findings() || (unescaped_ && unescaped_->stage.more_findings());
}

}  // namespace stoplog::guard
