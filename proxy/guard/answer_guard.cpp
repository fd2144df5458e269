#include "guard/answer_guard.hpp"

#include "guard/document_judge.hpp"
#include "guard/ending.hpp"
#include "guard/joined_parts.hpp"
#include "guard/refused_parts.hpp"

#include <optional>

namespace stoplog::guard {

result<answer_outcome> inspect_answer(const dialect::codec& codec, const limits& limits,
                                      const std::shared_ptr<const policy::compiled_policy>& policy, std::string body,
                                      transcript* kept, scratch* shared) {
  std::optional<scratch> own;
  scratch& with = shared == nullptr ? own.emplace(limits) : *shared;
  const auto read = with.reader.read(body);
  if (!read) return fail(errc::upstream_malformed, read.error().detail);
  const json::document& in = **read;
  auto view = codec.read_answer(in);
  if (!view) return view.error();
  answer_outcome done;
  dialect::read_usage(in, done.report.usage);
  document_judge judge(policy, nullptr, kept, false, &with.labels);
  std::vector<judged_text> judged;
  std::vector<json::node_id> blocked;
  for (const dialect::text_field& field : view->texts) {
    auto text = judge.judge(in, field, done.report);
    if (!text) return text.error();
    judged.push_back(std::move(*text));
  }
  const auto together = judge_messages(in, judged, policy, nullptr, done.report);
  if (!together) return together.error();
  keep_joined(judged, kept);
  for (const judged_text& text : judged) {
    if (text.blocked) blocked.push_back(text.field.node);
  }
  const auto refused = refuse_parts(in, view->opaque, view->unknown, direction::response, *policy, done.report);
  blocked.insert(blocked.end(), refused.begin(), refused.end());
  json::edits changes;
  if (!blocked.empty()) codec.end_answer(in, blocked, ending_of(done.report, *policy), changes);
  for (judged_text& text : judged) {
    if (changes.covers(in, text.field.node)) text.counts.released = 0;
    add_counts(text.counts, done.report.coverage);
  }
  add_edits(in, judged, view->repeats, enforces(*policy), changes);
  note_opaque(in, view->opaque, done.report.coverage);
  // The record repeats only what nothing was found in.
  for (const judged_text& text : judged) {
    if (!text.changed && !text.blocked) continue;
    if (dialect::text_of(in, text.field) == view->model) view->model.clear();
    if (dialect::text_of(in, text.field) == view->id) view->id.clear();
  }
  done.model = std::move(view->model);
  done.response_id = std::move(view->id);
  done.body = changes.empty() ? std::move(body) : changes.apply(in);
  return done;
}

}  // namespace stoplog::guard
