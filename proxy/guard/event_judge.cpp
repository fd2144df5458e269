#include "guard/event_judge.hpp"

#include "guard/ending.hpp"
#include "guard/refused_parts.hpp"

#include <algorithm>
#include <utility>

namespace stoplog::guard {
namespace {

constexpr std::string_view keep_alive = ":\n\n";
constexpr surface event_name{direction::response, role::none, channel::unknown};

}  // namespace

event_judge::event_judge(const dialect::codec& codec, const dialect::request_facts& asked, const limits& limits,
                         std::shared_ptr<const policy::compiled_policy> policy, scratch* shared, transcript* kept)
    : policy_(policy),
      codec_(codec),
      asked_(asked),
      stream_(codec.open_stream(asked)),
      own_(shared == nullptr ? std::make_unique<scratch>(limits) : nullptr),
      reader_(shared == nullptr ? own_->reader : shared->reader),
      whole_(policy, nullptr, kept, true, shared == nullptr ? nullptr : &shared->labels),
      lanes_(policy, limits),
      kept_(kept),
      enforced_(enforces(*policy)),
      waiting_bytes_max_(limits.body_bytes),
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
  counts_to_lane_ = {};
  labels_clean_ = true;
  const std::string_view text = frame_.text_in(event.name, event.data);
  if (!text.empty() && stream_->again(framed_.lane, text)) return judge_again(event, text, out, ending_at);
  frame_.forget();
  if (stream_->is_terminator(event.data)) return finish(out, ending_at);
  const auto read = reader_.read(event.data);
  if (!read) return fail(errc::upstream_malformed, "an event's data: " + read.error().detail);
  return judge_data(event, **read, out, ending_at);
}

result<event_judge::next> event_judge::judge_data(const dialect::sse_event& event, const json::document& data,
                                                  std::string& out, std::size_t& ending_at) {
  const auto view = stream_->read(event.name, data);
  if (!view) return view.error();
  dialect::read_usage(data, report_.usage);
  auto blocked = flush((*view)->last ? all_lanes() : (*view)->ended, **view, out);
  if (blocked && !*blocked) blocked = judge_name(event.name);
  if (blocked && !*blocked) blocked = judge_texts(data, **view);
  if (!blocked) return blocked.error();
  if (*blocked) return stop(out, ending_at);
  note_opaque(data, (*view)->opaque, report_.coverage);
  if (!refuse_parts(data, (*view)->opaque, (*view)->unknown, direction::response, *policy_, report_).empty()) {
    deciding_ = dialect::no_lane;
    return stop(out, ending_at);
  }
  add_counts(counts_, report_.coverage);
  pass(event, data, **view, out);
  remember(event, data, **view);
  if (waiting_.size() > waiting_bytes_max_) return fail(errc::upstream_malformed, "a part that goes out whole is longer than limits.body_bytes");
  if ((*view)->last) buffers_ = false;
  return (*view)->last ? next::done : next::go_on;
}

// An event that says, but for one text, what the one before it said.
result<event_judge::next> event_judge::judge_again(const dialect::sse_event& event, std::string_view text,
                                                   std::string& out, std::size_t& ending_at) {
  bool verbatim = true;
  const auto blocked = feed_lane(framed_.lane, framed_.where, text, false, verbatim);
  if (!blocked) return blocked.error();
  counts_ = *blocked ? framed_counts_to_lane_ : framed_counts_;
  if (*blocked) return stop(out, ending_at);
  add_counts(counts_, report_.coverage);
  const std::string& released = pieces_.back().text;
  if (verbatim && event.plain) out += event.raw;
  else if (verbatim) dialect::append_event(out, event.name, event.data);
  else dialect::append_event(out, event.name, frame_.with(released));
  stream_->released(framed_.lane, released);
  return next::go_on;
}

// Whether more events may come that differ from this one in one text alone, and
// could be judged by that text alone.
void event_judge::remember(const dialect::sse_event& event, const json::document& data, const dialect::event_view& view) {
  if (view.goes != dialect::passing::now || view.last || !view.ended.empty() || !view.repeats.empty() || !view.opaque.empty()) return;
  if (!labels_clean_ || name_changed_ || pieces_.size() != 1) return;
  const auto grows = [](const dialect::text_field& f) { return f.lane != dialect::no_lane; };
  const auto at = std::find_if(view.texts.begin(), view.texts.end(), grows);
  if (at == view.texts.end() || at->is_key) return;
  framed_ = *at;
  framed_counts_ = counts_;
  framed_counts_to_lane_ = counts_to_lane_;
  frame_.set(event.name, event.data, data[at->node].begin, data[at->node].end);
}

result<bool> event_judge::judge_name(std::string_view name) {
  name_changed_ = false;
  if (name.empty()) return false;
  guard::report found;
  const auto judged = whole_.judge(name, event_name, "event", found);
  if (!judged) return judged.error();
  note_label(*judged, found);
  add_found(std::move(found));
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
    counts_to_lane_ = counts_;
    if (view.goes == dialect::passing::waits) waiting_pieces_.push_back({field.lane, {}});
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
  note_label(*judged, found);
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

void event_judge::note_label(const judged_text& judged, const guard::report& found) {
  const bool clean = found.decision.findings.empty() && !judged.changed && !judged.unreadable &&
                     judged.counts.scanned == judged.counts.received;
  labels_clean_ = labels_clean_ && clean;
}

result<bool> event_judge::feed_lane(dialect::lane to, surface where, std::string_view text, bool end, bool& verbatim) {
  const auto step = lanes_.feed(to, where, text, end, stream_->text_of(to));
  if (!step) return step.error();
  if (kept_ != nullptr) {
    for (; kept_lanes_.size() <= to;) kept_lanes_.push_back(kept_->open(where, std::string(stream_->path(to))));
    kept_->append(kept_lanes_[to], text, step->released);
  }
  for (policy::finding& f : lanes_.take_found(to)) {
    f.path = stream_->path(to) + f.path;
    if (f.enforced == verdict::redact) stream_->masked(to);
    report_.decision.add(std::move(f), *policy_);
  }
  deciding_ = to;
  verbatim = step->verbatim;
  pieces_.push_back({to, std::string(step->released)});
  return step->blocked;
}

// As an event of its own.
void event_judge::send(piece p, std::string& out) {
  if (p.text.empty()) return;
  const std::string event = stream_->delta(p.lane, p.text);
  if (event.empty()) {
    withheld_ += p.text.size();
  } else if (waits(p.lane)) {
    waiting_ += event;
    waiting_pieces_.push_back(std::move(p));
  } else {
    out += event;
    stream_->released(p.lane, p.text);
  }
}

bool event_judge::waits(dialect::lane of) const {
  return std::any_of(waiting_pieces_.begin(), waiting_pieces_.end(), [of](const piece& p) { return p.lane == of; });
}

void event_judge::end_waiting(std::string& out) {
  out += waiting_;
  for (const piece& p : waiting_pieces_) stream_->released(p.lane, p.text);
  waiting_.clear();
  waiting_pieces_.clear();
  waiting_whole_ = 0;
}

// Ends lanes that have no text in the event at hand: what they held goes out before it.
result<bool> event_judge::flush(const std::vector<dialect::lane>& ended, const dialect::event_view& view, std::string& out) {
  for (const dialect::lane lane : ended) {
    const auto has_text = [lane](const dialect::text_field& f) { return f.lane == lane; };
    if (!lanes_.open(lane) || std::any_of(view.texts.begin(), view.texts.end(), has_text)) continue;
    bool verbatim = true;
    const auto blocked = feed_lane(lane, lanes_.where(lane), {}, true, verbatim);
    if (!blocked || *blocked) return blocked;
    send(std::move(pieces_.back()), out);
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
  end_waiting(out);
  buffers_ = false;
  out += stream_->terminator();
  return next::done;
}

// As it came, where nothing in it changed and every reader understands it alike.
void event_judge::pass(const dialect::sse_event& event, const json::document& data, const dialect::event_view& view,
                       std::string& out) {
  if (view.goes == dialect::passing::now) end_waiting(out);
  std::string& to = view.goes == dialect::passing::waits ? waiting_ : out;
  json::edits changes;
  stream_->amend(data, judged_.empty(), changes);
  if (!judged_.empty() || !view.repeats.empty()) add_edits(data, judged_, view.repeats, enforced_, changes);
  if (changes.empty() && event.plain && !name_changed_) {
    to += event.raw;
    return tell(event.data, view.goes);
  }
  const std::string changed = changes.empty() ? std::string() : changes.apply(data);
  const std::string_view sent = changes.empty() ? event.data : changed;
  dialect::append_event(to, name_changed_ ? std::string_view{} : event.name, sent);
  tell(sent, view.goes);
}

// The stream learns what the client knows now.
void event_judge::tell(std::string_view data, dialect::passing how) {
  if (how == dialect::passing::waits) {
    std::move(pieces_.begin(), pieces_.end(), std::back_inserter(waiting_pieces_));
    waiting_whole_ += counts_.released;
    return;
  }
  const auto is_label = [](const judged_text& t) { return t.field.lane == dialect::no_lane; };
  stream_->passed_on(data, std::none_of(judged_.begin(), judged_.end(), is_label));
  for (const piece& p : pieces_) stream_->released(p.lane, p.text);
}

// Of the deciding event only the text before the blocked one goes out, as deltas
// of their own: its other members (a finish_reason, a tool call's beginning)
// would say that the answer went on. What waits does not go out any more.
event_judge::next event_judge::stop(std::string& out, std::size_t& ending_at) {
  for (const piece& p : pieces_) {
    const channel of = lanes_.where(p.lane).channel;
    if (of == channel::tool_arguments || waits(p.lane)) withheld_ += p.text.size();
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
  std::uint64_t kept = withheld_ + waiting_whole_;
  for (const piece& p : waiting_pieces_) kept += p.text.size();
  all.coverage.released -= std::min(all.coverage.released, buffers_ ? all.coverage.released : kept);
  all.leaked = lanes_.leaked();
  all.findings_dropped = all.findings_dropped || lanes_.findings_dropped();
  return all;
}

}  // namespace stoplog::guard
