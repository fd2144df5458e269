#include "match/stream.hpp"

#include "match/code_points.hpp"
#include "match/found.hpp"
#include "match/scan.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stoplog::match {

struct stream::state {
  state(std::shared_ptr<const database> database, surface where) : rules(std::move(database)) {
    for (std::uint32_t i = 0; i < rules->size(); ++i) {
      if (!rules->rule(i).surfaces.contains(where)) continue;
      active.push_back({i, {}});
      active.back().progress.parts.resize(rules->internals().rules[i].parts.size());
    }
  }

  struct active_rule {
    std::uint32_t index;
    rule_progress progress;
  };

  rule_scan scan(const active_rule& a) const {
    return {rules->rule(a.index), rules->internals().rules[a.index], text};
  }

  std::optional<cut> decision(std::uint64_t from, cut whole) const;
  void settle(cut c);
  std::uint64_t block(cut c);
  std::uint64_t live_from(cut c, bool holding_only) const;
  void release(std::uint64_t upto, std::uint64_t fed_begin, std::size_t fed_bytes);
  void report(std::uint32_t rule, text_span where);

  std::shared_ptr<const database> rules;
  std::vector<active_rule> active;
  held_text text;
  finding_list findings;
  redactor masks;
  std::string masked;            // what goes out when a mask is in it
  std::uint64_t released = 0;
  std::uint64_t needed_from = 0; // what a later match or text_of may ask for
  stoplog::match::step last;
  bool ended = false;
  std::optional<errc> failure;
};

// The first cut in (from, whole.upto] at which a blocking rule is certain.
std::optional<cut> stream::state::decision(std::uint64_t from, cut whole) const {
  std::vector<const active_rule*> firing;
  for (const active_rule& a : active) {
    if (rules->rule(a.index).effect == verdict::block && scan(a).certain(a.progress, whole)) firing.push_back(&a);
  }
  if (firing.empty()) return std::nullopt;
  const auto any = [&](cut c) {
    return std::any_of(firing.begin(), firing.end(), [&](const active_rule* a) { return scan(*a).certain(a->progress, c); });
  };
  if (whole.end && !any({whole.upto, false})) return whole;
  // Certainty is monotone, so the first is found by halving, over code points.
  const held_text::piece raw = text.in(view::raw, whole.upto);
  std::uint64_t before = from;
  std::uint64_t at = whole.upto;
  while (true) {
    std::uint64_t middle = before + (at - before) / 2;
    middle = raw.base + backward(raw.text, middle - raw.base + 1, 1);
    if (middle <= before) middle = raw.base + after_code_point(raw.text, before - raw.base);
    if (middle >= at) return cut{at, false};
    (any({middle, false}) ? at : before) = middle;
  }
}

void stream::state::report(std::uint32_t rule, text_span where) {
  const finding f{rule, where};
  findings.add(f);
  const verdict effect = rules->rule(rule).effect;
  if (effect == verdict::redact) masks.add(f);
  last.verdict = std::max(last.verdict, effect);
}

void stream::state::settle(cut c) {
  for (active_rule& a : active) {
    scan(a).settle(a.progress, c, [&](text_span where) { report(a.index, where); });
  }
}

// Everything that is certain at the deciding cut; what is before it and before
// the blocked matches may still go out. Returns how far.
std::uint64_t stream::state::block(cut c) {
  settle(c);
  for (const active_rule& a : active) {
    scan(a).unsettled(a.progress, c, [&](text_span where) { report(a.index, where); });
  }
  std::uint64_t upto = live_from(c, true);
  for (const finding& f : findings.all()) {
    if (rules->rule(f.rule).effect == verdict::block) upto = std::min(upto, f.where.begin);
  }
  last.verdict = verdict::block;
  last.decided_at = c.upto;
  return upto;
}

std::uint64_t stream::state::live_from(cut c, bool holding_only) const {
  std::uint64_t live = c.upto;
  for (const active_rule& a : active) {
    if (holding_only && rules->rule(a.index).effect == verdict::allow) continue;
    live = std::min(live, scan(a).live_from(a.progress, c));
  }
  return live;
}

void stream::state::release(std::uint64_t upto, std::uint64_t fed_begin, std::size_t fed_bytes) {
  upto = std::max(upto, released);
  const std::string_view plain = text.raw({released, upto});
  const bool as_it_is = masks.untouched(released, upto);
  if (as_it_is) {
    last.released = plain;
  } else {
    masked.clear();
    masks.append(masked, plain, released, *rules);
    last.released = masked;
  }
  last.verbatim = as_it_is && released == fed_begin && plain.size() == fed_bytes;
  released = upto;
  last.release_upto = upto;
}

stream::stream(std::shared_ptr<const database> rules, surface where)
    : state_(std::make_unique<state>(std::move(rules), where)) {}
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
  s.text.forget_before(s.needed_from);
  const std::uint64_t fed_before = s.text.fed();
  const std::uint64_t whole_before = s.text.whole();
  const bool valid = s.text.append(piece) && !(end && s.text.inside_sequence());
  const cut now{s.text.whole(), end && valid};

  const auto decided = s.decision(whole_before, now);
  std::uint64_t upto = 0;
  if (decided) {
    upto = s.block(*decided);
  } else if (!valid) {
    s.failure = errc::invalid_utf8;
    return fail(errc::invalid_utf8);
  } else {
    s.settle(now);
    upto = s.live_from(now, true);
  }
  s.release(upto, fed_before, piece.size());
  s.needed_from = std::min(s.released, s.live_from(now, false));
  return s.last;
}

std::span<const finding> stream::findings() const noexcept { return state_->findings.all(); }

bool stream::more_findings() const noexcept { return state_->findings.more(); }

std::string_view stream::text_of(const finding& f) const noexcept { return state_->text.raw(f.where); }

std::uint64_t stream::held() const noexcept { return state_->text.fed() - state_->released; }

}  // namespace stoplog::match
