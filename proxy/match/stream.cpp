#include "match/stream.hpp"

#include "match/all_scan.hpp"
#include "match/any_scan.hpp"
#include "match/code_points.hpp"
#include "match/found.hpp"
#include "match/watch.hpp"

#include <algorithm>
#include <array>
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
constexpr std::uint64_t forget_bytes = 256;

constexpr std::array views{view::folded, view::raw};

}  // namespace

struct stream::state {
  state(std::shared_ptr<const database> database, surface where)
      : rules(std::move(database)), made(rules->internals()), use(made.plan_for(where)) {
    if (use.mixed) applies = {&made.specs, where};
    for (const std::uint32_t unit : use.always) {
      if (applies(use.units[unit])) active.add(unit).until = UINT64_MAX;
    }
  }

  // What is still needed of the text.
  struct positions {
    std::uint64_t held = 0;                      // from here on it must not be released
    std::uint64_t kept = 0;                      // from here on it may be asked for,
    std::array<std::uint64_t, 2> kept_views{};   // and from here on each view
  };
  using watches = std::array<watch, 2>;
  using pieces = std::array<held_text::piece, 2>;

  any_scan any(const unit& u) const { return {use, u, made.rules[u.rule], text}; }
  all_scan all(const unit& u) const { return {u, made.rules[u.rule], text}; }
  const unit& unit_of(const active_unit& a) const { return use.units[a.unit]; }

  pieces pieces_at(cut c) const;
  void go_over(watches& w, active_list& to, const pieces& held) const;
  bool certain(const active_unit& a, cut c);
  bool becomes_certain(active_unit& a, cut c);
  bool settles_to_block(active_unit& a, cut c);
  bool blocks(cut c);
  cut first_block(std::uint64_t from, cut whole);
  void settle(cut c);
  void block(cut c);
  bool judge(std::uint64_t from, cut whole);
  positions live(watches& w, const active_list& from, cut c, const pieces& held) const;
  void forget();
  std::uint64_t held_at_block(cut c) const;
  void release(std::uint64_t upto, std::uint64_t fed_begin, std::size_t fed_bytes);
  void report(std::uint32_t rule, text_span where);

  std::shared_ptr<const database> rules;
  const database::compiled& made;
  const plan& use;
  unit_filter applies;
  held_text text;
  watches view_watches;
  active_list active;
  active_unit scratch;
  std::vector<std::uint32_t> firing;  // places in `active`
  finding_list findings;
  std::vector<finding> deciding;      // of blocking rules
  redactor masks;
  std::string masked;                 // what goes out when a mask is in it
  std::uint64_t released = 0;
  positions now;
  stoplog::match::step last;
  bool ended = false;
  std::optional<errc> failure;
};

stream::state::pieces stream::state::pieces_at(cut c) const {
  return {text.in(view::folded, c.upto), text.in(view::raw, c.upto)};
}

void stream::state::go_over(watches& w, active_list& to, const pieces& held) const {
  for (const view v : views) {
    const auto i = static_cast<std::size_t>(v);
    if (use.views[i].used) w[i].advance(use, v, text, held[i], applies, to);
  }
}

bool stream::state::certain(const active_unit& a, cut c) {
  const unit& u = unit_of(a);
  return u.combines ? all(u).certain(a, c, scratch) : any(u).certain(a, c);
}

bool stream::state::becomes_certain(active_unit& a, cut c) {
  const unit& u = unit_of(a);
  if (u.combines) return settles_to_block(a, c);
  return any(u).becomes_certain(a, c, view_watches[static_cast<std::size_t>(u.view)].count());
}

// Settles a blocking `all` rule, unless that blocks: then it stays as it was, for
// first_block() to find out when.
bool stream::state::settles_to_block(active_unit& a, cut c) {
  scratch = a;
  bool found = false;
  all(unit_of(a)).settle(a, c, [&](text_span) { found = true; });
  if (found) std::swap(a, scratch);
  return found;
}

// Whether a blocking rule is certain at the cut, where none was before.
bool stream::state::blocks(cut c) {
  firing.clear();
  std::uint32_t place = 0;
  for (active_unit& a : active.all()) {
    if (unit_of(a).blocks && becomes_certain(a, c)) firing.push_back(place);
    ++place;
  }
  return !firing.empty();
}

// The first cut in (from, whole.upto] at which one of the firing units is
// certain. Certainty is monotone, so it is found by halving, over code points.
cut stream::state::first_block(std::uint64_t from, cut whole) {
  const auto fires = [&](cut c) {
    return std::any_of(firing.begin(), firing.end(),
                       [&](std::uint32_t place) { return certain(active.all()[place], c); });
  };
  if (whole.end && !fires({whole.upto, false})) return whole;
  const held_text::piece raw = text.in(view::raw, whole.upto);
  std::uint64_t before = from;
  std::uint64_t at = whole.upto;
  while (true) {
    std::uint64_t middle = before + (at - before) / 2;
    middle = raw.base + backward(raw.text, middle - raw.base + 1, 1);
    if (middle <= before) middle = raw.base + after_code_point(raw.text, before - raw.base);
    if (middle >= at) return {at, false};
    (fires({middle, false}) ? at : before) = middle;
  }
}

void stream::state::report(std::uint32_t rule, text_span where) {
  const finding f{rule, where};
  const verdict effect = rules->rule(rule).effect;
  last.verdict = std::max(last.verdict, effect);
  if (effect == verdict::block) {
    deciding.push_back(f);
    return;
  }
  findings.add(f);
  if (effect == verdict::redact) masks.add(f);
}

void stream::state::settle(cut c) {
  for (std::size_t i = 0; i < active.all().size();) {
    active_unit& a = active.all()[i];
    const unit& u = unit_of(a);
    const auto found = [&](text_span where) { report(u.rule, where); };
    bool over = false;
    if (u.combines) {
      const all_scan scan = all(u);
      if (!u.blocks) scan.settle(a, c, found);
      over = scan.over(a, c);
    } else {
      const any_scan scan = any(u);
      scan.settle(a, c, scan.settled_upto(a, c, view_watches[static_cast<std::size_t>(u.view)].count()), found);
      over = scan.over(a);
    }
    if (over) {
      active.remove(i);
    } else {
      ++i;
    }
  }
}

// Reports everything that is certain at the deciding cut. What is before it and
// before the blocked matches may still go out.
void stream::state::block(cut c) {
  for (active_unit& a : active.all()) {
    const unit& u = unit_of(a);
    const auto found = [&](text_span where) { report(u.rule, where); };
    if (u.combines) {
      all(u).settle(a, c, found);
      continue;
    }
    const any_scan scan = any(u);
    if (!u.blocks || u.excusable) scan.settle(a, c, scan.settled_upto(a, c), found);
    scan.unsettled(a, c, found);
  }
  now.held = held_at_block(c);
  for (const finding& f : deciding) {
    findings.add_deciding(f);
    now.held = std::min(now.held, f.where.begin);
  }
  last.verdict = verdict::block;
  last.decided_at = c.upto;
}

// Judges the text up to the cut; `from` of it was judged before. True: blocked.
bool stream::state::judge(std::uint64_t from, cut whole) {
  const pieces held = pieces_at(whole);
  go_over(view_watches, active, held);
  if (blocks(whole)) {
    block(first_block(from, whole));
    return true;
  }
  settle(whole);
  now = live(view_watches, active, whole, held);
  return false;
}

stream::state::positions stream::state::live(watches& w, const active_list& from, cut c, const pieces& held) const {
  positions first{c.upto, c.upto, {held[0].end(), held[1].end()}};
  if (c.end) return first;
  const std::uint64_t looked = use.combines ? looked_upto(use, text, c) : c.upto;
  std::array<std::uint64_t, 2> held_views = first.kept_views;
  for (const view v : views) {
    const auto i = static_cast<std::size_t>(v);
    if (!use.views[i].used) continue;
    const watch::positions p = w[i].live(use, v, text, held[i], looked);
    held_views[i] = p.held;
    first.kept_views[i] = p.kept;
  }
  for (const active_unit& a : from.all()) {
    const unit& u = unit_of(a);
    const auto i = static_cast<std::size_t>(u.view);
    if (u.combines) {
      first.kept = std::min(first.kept, all(u).kept_from(a));
      continue;
    }
    first.kept_views[i] = std::min(first.kept_views[i], a.next);
    // Where its matches begin in runs, the run holds, and knows better.
    if (u.holds && u.run == none_of_them && a.next <= a.last_begin) held_views[i] = std::min(held_views[i], a.next);
  }
  for (const view v : views) {
    first.held = std::min(first.held, text.begin_of(v, held_views[static_cast<std::size_t>(v)], c.upto));
  }
  if (use.held_bytes != 0) {
    const held_text::piece& raw = held[static_cast<std::size_t>(view::raw)];
    const std::uint64_t begin = looked - std::min<std::uint64_t>(looked - raw.base, use.held_bytes);
    first.held = std::min(first.held, raw.base + backward(raw.text, begin - raw.base + 1, 1));
  }
  first.kept = std::min({first.kept, first.held, looked - std::min<std::uint64_t>(looked, use.kept_bytes)});
  return first;
}

// Text that nobody asks for any more goes, in large enough pieces.
void stream::state::forget() {
  if (text.whole() - text.begin() < forget_bytes) return;
  std::uint64_t from = std::min(now.kept, released);
  for (const view v : views) {
    from = std::min(from, text.begin_of(v, now.kept_views[static_cast<std::size_t>(v)], text.whole()));
  }
  if (from - std::min(from, text.begin()) >= forget_bytes / 2) text.forget_before(from);
}

// What would be held if the text had been cut here: all that is live began in
// what is held, so going over that again tells; begin by begin, as if it had come
// in byte by byte.
std::uint64_t stream::state::held_at_block(cut c) const {
  const pieces held = pieces_at(c);
  watches again{watch(held[0]), watch(held[1])};
  active_list seen(true);
  go_over(again, seen, held);
  for (active_unit& a : seen.all()) {
    const unit& u = unit_of(a);
    if (!u.combines) a.next = std::max(a.next, any(u).settled_upto(a, c));
  }
  return live(again, seen, c, held).held;
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
  s.forget();
  const std::uint64_t fed_before = s.text.fed();
  std::uint64_t judged = s.text.whole();
  const bool valid = s.text.append(piece) && !(end && s.text.inside_sequence());
  const std::uint64_t whole = s.text.whole();
  bool blocked = false;
  while (!blocked && whole - judged > step_bytes) {
    const std::uint64_t next = s.text.border_before(judged + step_bytes);
    blocked = s.judge(judged, {next, false});
    judged = next;
  }
  blocked = blocked || s.judge(judged, {whole, end && valid});
  if (!blocked && !valid) {
    s.failure = errc::invalid_utf8;
    return fail(errc::invalid_utf8);
  }
  s.release(s.now.held, fed_before, piece.size());
  return s.last;
}

std::span<const finding> stream::findings() const noexcept { return state_->findings.all(); }

bool stream::more_findings() const noexcept { return state_->findings.more(); }

std::string_view stream::text_of(const finding& f) const noexcept { return state_->text.raw(f.where); }

std::uint64_t stream::held() const noexcept { return state_->text.fed() - state_->released; }

}  // namespace stoplog::match
