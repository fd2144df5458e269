#include "guard/text_scan.hpp"

#include "guard/redacted_runs.hpp"
#include "json/writer.hpp"

namespace stoplog::guard {

text_scan::text_scan(const std::shared_ptr<const policy::compiled_policy>& policy, surface where)
    : policy_(policy), plain_(policy, where) {
  if (where.channel == channel::tool_arguments) unescaped_.emplace(unescaped{scan_stage(policy, where), {}, {}, {}, 0, 0, {}, 0, {}});
}

result<text_scan::step> text_scan::feed(std::string_view text, bool end) {
  received_ += text.size();
  if (given_up_) {
    unscanned_ += text.size();
    return step{text, true, false};
  }
  const auto judged = unescaped_ ? feed_unescaped(text, end) : plain_.feed(text, end);
  if (judged) {
    // The matcher knows of verbatim pieces; behind a view only the bytes tell.
    const bool verbatim = unescaped_ ? judged->released == text : judged->verbatim;
    return step{judged->released, verbatim, judged->verdict == verdict::block};
  }
  if (policy_->source().on_error == policy::on_error::block) return fail(errc::evaluation_failed, "a rule could not be evaluated");
  unjudged_ = give_up();
  return step{unjudged_, unjudged_ == text, false};
}

std::string text_scan::give_up() {
  given_up_ = true;
  std::string left(plain_.unreleased());
  if (unescaped_) left += unescaped_->waiting;
  unscanned_ += left.size();
  return left;
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
  for (const redacted_run& r : redacted_runs(u.stage.all(), *policy_->database())) {
    if (r.where.end <= u.view_upto || r.where.begin >= view_upto) continue;
    if (r.where.begin >= u.view_upto) {
      advance(r.where.begin, false);
      std::string mask;
      json::append_string(mask, policy_->database()->rule(r.rule).mask);
      u.passed.append(mask, 1, mask.size() - 2);  // within a string already
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
  auto found = unescaped_ ? unescaped_->stage.take_found() : std::vector<policy::finding>{};
  for (const policy::finding& f : found) unescaped_->seen.emplace(f.rule, f.fingerprint);
  for (policy::finding& f : plain_.take_found()) {
    // The same match in both views is one finding.
    if (unescaped_ && unescaped_->seen.contains({f.rule, f.fingerprint})) continue;
    found.push_back(std::move(f));
  }
  return found;
}

std::uint64_t text_scan::held() const noexcept {
  return given_up_ ? 0 : plain_.held() + (unescaped_ ? unescaped_->waiting.size() : 0);
}

std::uint64_t text_scan::leaked() const {
  return std::max(plain_.leaked(), unescaped_ ? unescaped_->stage.leaked() : 0);
}

void text_scan::count(coverage& into) const {
  into.received += received_;
  into.scanned += received_ - unscanned_;
  const std::uint64_t masked = plain_.masked_bytes() + (unescaped_ ? unescaped_->masked : 0);
  const std::uint64_t withheld = held() + masked;
  into.released += received_ - std::min(received_, withheld);
}

bool text_scan::findings_dropped() const noexcept {
  return plain_.more_findings() || (unescaped_ && unescaped_->stage.more_findings());
}

}  // namespace stoplog::guard
