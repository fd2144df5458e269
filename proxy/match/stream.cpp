#include "match/stream.hpp"

#include "match/combined.hpp"
#include "match/found.hpp"
#include "match/held_text.hpp"
#include "match/judge.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stoplog::match {
namespace {

// A large chunk is gone over in steps of this, so that what is asked of RE2
// stays near what made it necessary.
constexpr std::uint64_t step_bytes = 512;

// A text is looked through for what nobody asks for any more when so much of it
// is there.
constexpr std::uint64_t forget_bytes = 96;

}  // namespace

struct stream::state {
  state(std::shared_ptr<const database> database, surface where, std::shared_ptr<const muted_rules> without)
      : rules(std::move(database)), muted(std::move(without)), text(uses_of(rules->internals().plan_for(where))),
        judging(rules->internals(), where, text, muted.get()) {}

  static held_text::uses uses_of(const plan& p) { return {p.of(view::leet).used, p.of(view::squeezed).used}; }

  bool advance(cut from_to, std::uint64_t from);
  void report(std::uint32_t rule, text_span where);
  void release(std::uint64_t upto, std::uint64_t fed_begin, std::size_t fed_bytes);
  void forget();

  // What was found; most texts have nothing of it.
  struct outcome {
    finding_list findings;
    std::vector<finding> deciding;   // of blocking rules
    redactor masks;
    std::string masked;              // what goes out when a mask is in it
  };

  std::shared_ptr<const database> rules;
  std::shared_ptr<const muted_rules> muted;
  held_text text;
  judge judging;
  std::unique_ptr<outcome> found;    // null: nothing
  std::uint64_t released = 0;
  stoplog::match::step last;
  bool ended = false;
  std::optional<errc> failure;
};

void stream::state::report(std::uint32_t rule, text_span where) {
  const finding f{rule, where};
  const verdict effect = muted != nullptr && (*muted)[rule] ? verdict::allow : rules->rule(rule).effect;
  last.verdict = std::max(last.verdict, effect);
  if (found == nullptr) found = std::make_unique<outcome>();
  if (effect == verdict::block) {
    found->deciding.push_back(f);
    return;
  }
  found->findings.add(f);
  if (effect == verdict::redact) found->masks.add(f);
}

// Judges the text up to the cut; `from` of it was judged before. True: blocked.
bool stream::state::advance(cut whole, std::uint64_t from) {
  const auto decided = judging.advance(from, whole, [this](std::uint32_t rule, text_span where) { report(rule, where); });
  if (!decided) return false;
  for (const finding& f : found->deciding) found->findings.add_deciding(f);
  last.verdict = verdict::block;
  last.decided_at = decided->upto;
  return true;
}

void stream::state::release(std::uint64_t upto, std::uint64_t fed_begin, std::size_t fed_bytes) {
  if (found != nullptr) {
    for (const finding& f : found->deciding) upto = std::min(upto, f.where.begin);
  }
  upto = std::max(upto, released);
  const std::string_view plain = text.raw({released, upto});
  const bool as_it_is = found == nullptr || found->masks.untouched(released, upto);
  if (as_it_is) {
    last.released = plain;
  } else {
    found->masked.clear();
    found->masks.append(found->masked, text.raw({released, text.fed()}), released, upto, *rules);
    last.released = found->masked;
  }
  last.verbatim = as_it_is && released == fed_begin && plain.size() == fed_bytes;
  released = upto;
  last.release_upto = upto;
}

// Text that nobody asks for any more goes, in large enough pieces.
void stream::state::forget() {
  if (text.whole() - text.begin() < forget_bytes) return;
  const std::uint64_t from = std::min(judging.kept_from(), released);
  if (from - std::min(from, text.begin()) >= forget_bytes / 2) text.forget_before(from);
}

std::uint32_t combined_within(const database& rules, surface where) noexcept {
  return rules.internals().plan_for(where).within_max;
}

const std::bitset<256>& held_first(const database& rules, surface where) noexcept {
  return rules.internals().plan_for(where).held_first;
}

stream::stream(std::shared_ptr<const database> rules, surface where, std::shared_ptr<const muted_rules> muted)
    : state_(std::make_unique<state>(std::move(rules), where, std::move(muted))) {}
stream::~stream() = default;
stream::stream(stream&&) noexcept = default;
stream& stream::operator=(stream&&) noexcept = default;

result<step> stream::feed(std::string_view piece, bool end) {
  state& s = *state_;
  if (s.failure) return fail(*s.failure);
  if (s.last.verdict == verdict::block) {
    s.last.released = {};
    s.last.verbatim = piece.empty();
    return s.last;
  }
  expects(!s.ended, "a stream is fed after its end");
  s.ended = end;
  s.forget();
  const std::uint64_t fed_before = s.text.fed();
  std::uint64_t judged = s.text.whole();
  const bool valid = s.text.append(piece) && !(end && s.text.inside_sequence());
  const std::uint64_t whole = s.text.whole();
  bool blocked = false;
  while (!blocked && whole - judged > step_bytes) {
    const std::uint64_t next = s.text.border_before(judged + step_bytes);
    blocked = s.advance({next, false}, judged);
    judged = next;
  }
  blocked = blocked || s.advance({whole, end && valid}, judged);
  if (!blocked && !valid) {
    s.failure = errc::invalid_utf8;
    return fail(errc::invalid_utf8);
  }
  s.release(s.judging.held_from(), fed_before, piece.size());
  return s.last;
}

std::span<const finding> stream::findings() const noexcept {
  return state_->found == nullptr ? std::span<const finding>{} : state_->found->findings.all();
}

bool stream::more_findings() const noexcept { return state_->found != nullptr && state_->found->findings.more(); }

std::string_view stream::text_of(const finding& f) const noexcept { return state_->text.raw(f.where); }

std::uint64_t stream::held() const noexcept { return state_->text.fed() - state_->released; }

}  // namespace stoplog::match
