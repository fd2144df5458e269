#include "guard/request_guard.hpp"

#include "dialect/subject.hpp"
#include "guard/conversation.hpp"
#include "guard/document_judge.hpp"
#include "guard/joined_parts.hpp"
#include "guard/refused_parts.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <utility>

namespace stoplog::guard {

struct request_guard::state {
  const dialect::codec& codec;
  std::unique_ptr<scratch> own;  // null: shared
  scratch& with;
  std::string body;
  const json::document* document = nullptr;
  dialect::request_view view;
};

request_guard::request_guard(const dialect::codec& codec, const limits& limits, scratch* shared) {
  auto own = shared == nullptr ? std::make_unique<scratch>(limits) : nullptr;
  scratch& with = shared == nullptr ? *own : *shared;
  state_.reset(new state{codec, std::move(own), with, {}, nullptr, {}});
}
request_guard::~request_guard() = default;
request_guard::request_guard(request_guard&&) noexcept = default;

result<dialect::request_facts> request_guard::read(std::string body) {
  state& s = *state_;
  s.body = std::move(body);
  s.document = nullptr;
  const auto document = s.with.reader.read(s.body);
  if (!document) return document.error();
  auto view = s.codec.read_request(**document);
  if (!view) return view.error();
  s.document = *document;
  s.view = std::move(*view);
  dialect::read_subject(**document, s.view, s.view.facts);
  return s.view.facts;
}

namespace {

// A part is opaque no longer once its data was read as text.
std::vector<dialect::opaque_part> still_opaque(const json::document& in, const std::vector<dialect::opaque_part>& parts,
                                               const std::vector<judged_text>& judged) {
  // In document order, so that many parts and many texts are no product.
  std::vector<std::uint32_t> texts;
  for (const judged_text& t : judged) {
    if (t.field.encoded && !t.unreadable) texts.push_back(in[t.field.node].begin);
  }
  std::vector<dialect::opaque_part> left;
  for (const dialect::opaque_part& part : parts) {
    const auto inside = std::lower_bound(texts.begin(), texts.end(), in[part.node].begin);
    if (inside == texts.end() || *inside >= in[part.node].end) left.push_back(part);
  }
  return left;
}

}  // namespace

result<request_guard::outcome> request_guard::inspect(const std::shared_ptr<const policy::compiled_policy>& policy,
                                                         judged_texts* known, transcript* kept) {
  state& s = *state_;
  expects(s.document != nullptr, "a request is inspected without having been read");
  const json::document& in = *std::exchange(s.document, nullptr);
  expects(in.source().data() == s.body.data(), "another document was read in between");
  outcome done;
  document_judge judge(policy, known, kept, false, &s.with.labels);
  std::vector<judged_text> judged;
  for (const dialect::text_field& field : s.view.texts) {
    auto text = judge.judge(in, field, done.report);
    if (!text) return text.error();
    // Of the others nothing more is to be said.
    if (text->changed || combines_messages(*policy, field.where) || field.lane != dialect::no_lane || field.encoded) judged.push_back(std::move(*text));
    else add_counts(text->counts, done.report.coverage);
  }
  const auto opaque = still_opaque(in, s.view.opaque, judged);
  note_opaque(in, opaque, done.report.coverage);
  if (done.report.decision.verdict != verdict::block) {
    auto blocked = judge_messages(in, judged, policy, known, done.report);
    if (blocked && !*blocked) blocked = judge_conversation(in, judged, policy, known, done.report);
    if (!blocked) return blocked.error();
    keep_joined(judged, kept);
  }
  refuse_parts(in, opaque, s.view.unknown, direction::request, *policy, done.report);
  for (const judged_text& text : judged) add_counts(text.counts, done.report.coverage);
  if (done.report.decision.verdict == verdict::block) {
    done.report.coverage.released = 0;
    return done;
  }
  json::edits changes;
  for (const dialect::rewrite& r : s.view.rewrites) {
    const auto found_in = [&r](const judged_text& t) { return t.field.node == r.node && t.changed; };
    if (r.text.empty() || std::none_of(judged.begin(), judged.end(), found_in)) changes.replace_string(r.node, r.text);
  }
  add_edits(in, judged, {}, false, changes);
  done.body = changes.empty() ? std::move(s.body) : changes.apply(in);
  return done;
}

}  // namespace stoplog::guard
