#include "guard/event_judge.hpp"

#include "guard/ending.hpp"

#include <algorithm>
#include <utility>

namespace stoplog::guard {
namespace {

constexpr std::string_view keep_alive = ":\n\n";
constexpr surface event_name{direction::response, role::none, channel::unknown};

}  // namespace

event_judge::event_judge(const dialect::codec& codec, const dialect::request_facts& asked, const limits& limits,
                         std::shared_ptr<const policy::compiled_policy> policy)
    : policy_(policy),
      codec_(codec),
      asked_(asked),
      stream_(codec.open_stream(asked)),
      reader_({.depth = limits.json_depth}),
      whole_(policy),
      lanes_(policy, limits),
      enforced_(enforces(*policy)),
      buffers_(policy->source().stream_release == policy::stream_release::buffer) {}

result<event_judge::next> event_judge::judge(const dialect::sse_event& event, std::string& out, std::size_t& ending_at) {
  if (!event.has_data || event.data.empty()) {
    // Comments keep connections alive, but their text is nobody's channel.
    // Fields without data are dispatched to nobody.
    if (event.has_comment || event.has_data) out += keep_alive;
    else if (event.plain && event.name.empty()) out += event.raw;
    return next::go_on;
  }
  judged_.clear();
  pieces_.clear();
  counts_ = {};
  if (stream_->is_terminator(event.data)) return finish(out, ending_at);
  const auto read = reader_.read(event.data);
  if (!read) return fail(errc::upstream_malformed, "an event's data: " + read.error().detail);
  return judge_data(event, **read, out, ending_at);
}

result<event_judge::next> event_judge::judge_data(const dialect::sse_event& event, const json::document& data,
                                                  std::string& out, std::size_t& ending_at) {
  const auto view = stream_->read(event.name, data);
  if (!view) return view.error();
  auto blocked = flush((*view)->last ? all_lanes() : (*view)->ended, **view, out);
  if (blocked && !*blocked) blocked = judge_name(event.name);
  if (blocked && !*blocked) blocked = judge_texts(data, **view);
  if (!blocked) return blocked.error();
  if (*blocked) return stop(out, ending_at);
  note_opaque(data, (*view)->opaque, report_.coverage);
  add_counts(counts_, report_.coverage);
  pass(event, data, **view, out);
  if ((*view)->last) buffers_ = false;
  return (*view)->last ? next::done : next::go_on;
}

result<bool> event_judge::judge_name(std::string_view name) {
  name_changed_ = false;
  if (name.empty()) return false;
  const auto judged = whole_.judge(name, event_name, "event", report_);
  if (!judged) return judged.error();
  add_counts(judged->counts, counts_);
  name_changed_ = judged->changed;
  deciding_ = dialect::no_lane;
  return judged->blocked;
}

// True: blocked, and what follows is not judged any more.
result<bool> event_judge::judge_texts(const json::document& data, const dialect::event_view& view) {
  for (std::size_t i = 0; i < view.texts.size(); ++i) {
    const dialect::text_field& field = view.texts[i];
    if (field.lane == dialect::no_lane) {
      const auto blocked = judge_whole(data, field);
      if (!blocked || *blocked) return blocked;
      continue;
    }
    const auto same_lane = [&field](const dialect::text_field& f) { return f.lane == field.lane; };
    const bool last = std::none_of(view.texts.begin() + static_cast<std::ptrdiff_t>(i) + 1, view.texts.end(), same_lane);
    const bool end = last && (view.last || std::find(view.ended.begin(), view.ended.end(), field.lane) != view.ended.end());
    bool verbatim = true;
    const auto blocked = feed_lane(field.lane, field.where, dialect::text_of(data, field), end, verbatim);
    if (!blocked || *blocked) return blocked;
    if (!verbatim) judged_.push_back({.field = field, .changed = true, .released = pieces_.back().text});
  }
  return false;
}

result<bool> event_judge::judge_whole(const json::document& data, const dialect::text_field& field) {
  guard::report found;
  auto judged = whole_.judge(data, field, found);
  if (!judged) return judged.error();
  add_found(std::move(found));
  add_counts(judged->counts, counts_);
  deciding_ = dialect::no_lane;
  const bool blocked = judged->blocked;
  if (judged->changed) judged_.push_back(std::move(*judged));
  return blocked;
}

// What events say again (labels, whole texts after their deltas) is told once.
void event_judge::add_found(guard::report found) {
  for (policy::finding& f : found.decision.findings) {
    const auto& known = report_.decision.findings;
    const auto same = [&f](const policy::finding& k) {
      return k.rule == f.rule && k.where == f.where && k.span == f.span && !f.fingerprint.empty() && k.fingerprint == f.fingerprint;
    };
    if (std::none_of(known.begin(), known.end(), same)) report_.decision.add(std::move(f), *policy_);
  }
  report_.findings_dropped = report_.findings_dropped || found.findings_dropped;
}

result<bool> event_judge::feed_lane(dialect::lane to, surface where, std::string_view text, bool end, bool& verbatim) {
  const auto step = lanes_.feed(to, where, text, end);
  if (!step) return step.error();
  for (policy::finding& f : lanes_.take_found(to)) {
    f.path = stream_->path(to) + f.path;
    report_.decision.add(std::move(f), *policy_);
  }
  deciding_ = to;
  verbatim = step->verbatim;
  pieces_.push_back({to, std::string(step->released)});
  return step->blocked;
}

// As an event of its own.
void event_judge::send(const piece& p, std::string& out) {
  if (p.text.empty()) return;
  const std::string event = stream_->delta(p.lane, p.text);
  if (event.empty()) withheld_ += p.text.size();
  else stream_->released(p.lane, p.text);
  out += event;
}

// Ends lanes that have no text in the event at hand: what they held goes out before it.
result<bool> event_judge::flush(const std::vector<dialect::lane>& ended, const dialect::event_view& view, std::string& out) {
  for (const dialect::lane lane : ended) {
    const auto has_text = [lane](const dialect::text_field& f) { return f.lane == lane; };
    if (!lanes_.open(lane) || std::any_of(view.texts.begin(), view.texts.end(), has_text)) continue;
    bool verbatim = true;
    const auto blocked = feed_lane(lane, lanes_.where(lane), {}, true, verbatim);
    if (!blocked || *blocked) return blocked;
    send(pieces_.back(), out);
    pieces_.pop_back();
  }
  return false;
}

std::vector<dialect::lane> event_judge::all_lanes() const {
  std::vector<dialect::lane> all(lanes_.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<dialect::lane>(i);
  return all;
}

result<event_judge::next> event_judge::finish(std::string& out, std::size_t& ending_at) {
  const auto blocked = flush(all_lanes(), {}, out);
  if (!blocked) return blocked.error();
  if (*blocked) return stop(out, ending_at);
  buffers_ = false;
  out += stream_->terminator();
  return next::done;
}

// As it came, where nothing in it changed and every reader understands it alike.
void event_judge::pass(const dialect::sse_event& event, const json::document& data, const dialect::event_view& view,
                       std::string& out) {
  json::edits changes;
  if (!judged_.empty() || !view.repeats.empty()) add_edits(data, judged_, view.repeats, enforced_, changes);
  stream_->amend(data, changes);
  if (changes.empty() && event.plain && !name_changed_) {
    out += event.raw;
    return tell(event.data);
  }
  const std::string changed = changes.empty() ? std::string() : changes.apply(data);
  const std::string_view sent = changes.empty() ? event.data : changed;
  dialect::append_event(out, name_changed_ ? std::string_view{} : event.name, sent);
  tell(sent);
}

// The stream learns what the client knows now.
void event_judge::tell(std::string_view data) {
  const auto is_label = [](const judged_text& t) { return t.field.lane == dialect::no_lane; };
  stream_->passed_on(data, std::none_of(judged_.begin(), judged_.end(), is_label));
  for (const piece& p : pieces_) stream_->released(p.lane, p.text);
}

// Of the deciding event only the text before the blocked one goes out, as deltas
// of their own: its other members (a finish_reason, a tool call's beginning)
// would say that the answer went on.
event_judge::next event_judge::stop(std::string& out, std::size_t& ending_at) {
  for (const piece& p : pieces_) {
    const channel of = lanes_.where(p.lane).channel;
    if (of == channel::tool_arguments) withheld_ += p.text.size();
    else send(p, out);
  }
  counts_.released = 0;
  add_counts(counts_, report_.coverage);
  // Of an answer that was held the client knows nothing.
  if (buffers_) out.clear();
  ending_at = out.size();
  const auto why = ending_of(report_, *policy_);
  out += buffers_ ? codec_.open_stream(asked_)->ending(dialect::no_lane, why) : stream_->ending(deciding_, why);
  return next::stopped;
}

report event_judge::report() const {
  guard::report all = report_;
  lanes_.count(all.coverage);
  all.coverage.released -= std::min(all.coverage.released, buffers_ ? all.coverage.released : withheld_);
  all.leaked = lanes_.leaked();
  all.findings_dropped = all.findings_dropped || lanes_.findings_dropped();
  return all;
}

}  // namespace stoplog::guard
