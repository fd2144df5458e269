#include "guard/request_guard.hpp"

#include "guard/document_judge.hpp"
#include "json/writer.hpp"

namespace stoplog::guard {

struct request_guard::state {
  const dialect::codec& codec;
  json::reader reader;
  std::string body;
  const json::document* document = nullptr;
  dialect::request_view view;
};

request_guard::request_guard(const dialect::codec& codec, const limits& limits)
    : state_(std::make_unique<state>(state{codec, json::reader({.depth = limits.json_depth}), {}, nullptr, {}})) {}
request_guard::~request_guard() = default;
request_guard::request_guard(request_guard&&) noexcept = default;

result<dialect::request_facts> request_guard::read(std::string body) {
  state& s = *state_;
  s.body = std::move(body);
  s.document = nullptr;
  const auto document = s.reader.read(s.body);
  if (!document) return document.error();
  auto view = s.codec.read_request(**document);
  if (!view) return view.error();
  s.document = *document;
  s.view = std::move(*view);
  return s.view.facts;
}

result<request_guard::outcome> request_guard::inspect(const std::shared_ptr<const policy::compiled_policy>& policy) {
  state& s = *state_;
  expects(s.document != nullptr, "a request is inspected without having been read");
  const json::document& in = *s.document;
  outcome done;
  document_judge judge(policy);
  std::vector<judged_text> judged;
  for (const dialect::text_field& field : s.view.texts) {
    auto text = judge.judge(in, field, done.report);
    if (!text) return text.error();
    add_counts(text->counts, done.report.coverage);
    if (text->changed) judged.push_back(std::move(*text));
  }
  note_opaque(in, s.view.opaque, done.report.coverage);
  if (done.report.decision.verdict == verdict::block) {
    done.report.coverage.released = 0;
    return done;
  }
  json::edits changes;
  add_edits(in, judged, {}, false, changes);
  done.body = changes.empty() ? std::move(s.body) : changes.apply(in);
  s.document = nullptr;
  return done;
}

}  // namespace stoplog::guard
