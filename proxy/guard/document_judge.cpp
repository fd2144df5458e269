#include "guard/document_judge.hpp"

#include "guard/encoded_text.hpp"
#include "guard/text_scan.hpp"

#include <algorithm>
#include <optional>

namespace stoplog::guard {
namespace {

constexpr std::size_t known_bytes_min = 64;

}  // namespace

std::string path_of(const json::document& in, const dialect::text_field& field) {
  if (!field.is_key) return in.path(field.node);
  // The key is the text that was found: its place stands for it.
  const json::node& n = in[field.node];
  const std::string above = n.parent == json::document::root ? std::string() : in.path(n.parent) + '.';
  return above + "{key " + std::to_string(n.index) + "}";
}

clean_texts& document_judge::clean(surface where) {
  if (labels_ != nullptr && clean_labels::takes(where)) return *labels_;
  if (clean_ == nullptr) clean_ = std::make_unique<clean_texts>();
  return *clean_;
}

template <class Path>
result<judged_text> document_judge::judge_text(std::string_view text, surface where, const Path& path, report& into) {
  judged_text done;
  const auto keep = [&](std::string_view released) {
    if (kept_ == nullptr || text.empty()) return;
    done.kept = kept_->open(where, path());
    kept_->append(*done.kept, text, released);
  };
  if (clean(where).contain(text, where)) {
    done.counts.received = done.counts.scanned = done.counts.released = text.size();
    if (!once_) keep(text);
    return done;
  }
  // Of a short text the look costs less than its hash.
  std::optional<judged_texts::mark> mark;
  if (known_ != nullptr && text.size() >= known_bytes_min) {
    mark = known_->mark_of(text, where, judged_texts::form::whole, policy_->digest());
    if (known_->contain(*mark)) {
      done.counts.received = done.counts.scanned = done.counts.released = done.counts.known = text.size();
      keep(text);
      return done;
    }
  }
  text_scan scan(policy_, where);
  const auto step = scan.feed(text, true);
  if (!step) return step.error();
  done.blocked = step->blocked;
  done.changed = !step->verbatim;
  if (done.changed) done.released = step->released;
  keep(step->released);
  scan.count(done.counts);
  auto found = scan.take_found();
  if (found.empty() && !done.blocked && !done.changed && done.counts.scanned == text.size()) {
    clean(where).add(text, where);
    if (mark) known_->add(*mark);
  }
  for (policy::finding& f : found) {
    f.path = path() + f.path;
    into.decision.add(std::move(f), *policy_);
  }
  into.findings_dropped = into.findings_dropped || scan.findings_dropped();
  return done;
}

result<judged_text> document_judge::judge(const json::document& in, const dialect::text_field& field, report& into) {
  std::string_view text = dialect::text_of(in, field);
  std::optional<encoded_text> decoded;
  if (field.encoded) {
    decoded = read_encoded(text);
    if (!decoded) return judged_text{.field = field, .unreadable = true};
    text = decoded->text;
  }
  auto done = judge_text(text, field.where, [&] { return path_of(in, field); }, into);
  if (!done) return done;
  done->field = field;
  if (decoded && done->changed) done->released = decoded->with(done->released);
  return done;
}

result<judged_text> document_judge::judge(std::string_view text, surface where, std::string_view path, report& into) {
  return judge_text(text, where, [path] { return std::string(path); }, into);
}

bool enforces(const policy::compiled_policy& policy) {
  const match::database& rules = *policy.database();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules.rule(i).effect != verdict::allow) return true;
  }
  return false;
}

void add_edits(const json::document& in, const std::vector<judged_text>& judged,
               const std::vector<dialect::repeat>& repeats, bool enforced, json::edits& changes) {
  for (const dialect::repeat& r : repeats) {
    const auto is_of = [&r](const judged_text& t) { return t.field.node == r.of && !t.field.is_key && t.changed; };
    const auto is_itself = [&r](const judged_text& t) { return t.field.node == r.node && !t.field.is_key && t.changed; };
    if (std::any_of(judged.begin(), judged.end(), is_itself)) continue;  // what was found in it counts
    const bool as_it_was = r.of == json::no_node ? !enforced : std::none_of(judged.begin(), judged.end(), is_of);
    if (!as_it_was && !changes.covers(in, r.node)) changes.replace_raw(r.node, r.instead);
  }
  for (const judged_text& t : judged) {
    if (!t.changed || changes.covers(in, t.field.is_key ? in[t.field.node].parent : t.field.node)) continue;
    if (t.field.is_key) changes.replace_key(t.field.node, t.released);
    else changes.replace_string(t.field.node, t.released);
  }
}

void note_opaque(const json::document& in, const std::vector<dialect::opaque_part>& parts, coverage& into) {
  constexpr std::size_t notes_max = 100;
  for (const dialect::opaque_part& part : parts) {
    if (into.opaque.size() >= notes_max) return;
    opaque_note note{in.path(part.node), std::string(part.kind)};
    const auto same = [&note](const opaque_note& n) { return n.kind == note.kind && n.path == note.path; };
    if (std::none_of(into.opaque.begin(), into.opaque.end(), same)) into.opaque.push_back(std::move(note));
  }
}

void keep_joined(const std::vector<judged_text>& judged, transcript* kept) {
  if (kept == nullptr) return;
  for (const judged_text& t : judged) {
    if (!t.kept || t.field.lane == dialect::no_lane) continue;
    if (t.blocked) kept->replace_released(*t.kept, {});
    else if (t.changed) kept->replace_released(*t.kept, t.released);
  }
}

void add_counts(const coverage& of, coverage& into) noexcept {
  into.received += of.received;
  into.scanned += of.scanned;
  into.released += of.released;
  into.known += of.known;
}

}  // namespace stoplog::guard
