#include "cli/audit_sentence.hpp"

#include "audit/escape.hpp"

#include <algorithm>

namespace stoplog::cli {
namespace {

using audit::record;
using audit::shown;

bool of_answer(const record& r) { return r.stage == "response"; }

// "a streamed answer of model demo for key support-bot"
std::string subject(const record& r) {
  std::string text;
  if (of_answer(r) || r.kind == audit::record_kind::open) text = r.streamed ? "a streamed answer" : "an answer";
  else text = r.streamed ? "a request for a streamed answer" : "a request";
  const std::string& model = of_answer(r) && r.model_asked.empty() ? r.model_answered : r.model_asked;
  if (!model.empty()) text += " of model " + shown(model);
  if (!r.key_id.empty()) text += " for key " + shown(r.key_id);
  return text;
}

// " by rule DEMO-001 (high, demo.forbidden)"
std::string by_rule(const record& r) {
  if (r.rule.empty()) return r.reason.empty() ? "" : " (" + shown(r.reason) + ")";
  std::string text = " by rule " + shown(r.rule);
  std::string about = shown(r.severity);
  if (!r.category.empty()) about += (about.empty() ? "" : ", ") + shown(r.category);
  return about.empty() ? text : text + " (" + about + ")";
}

std::string blocked(const record& r) {
  if (!of_answer(r)) return "was blocked" + by_rule(r) + "; nothing of it was sent upstream";
  const bool begun = r.streamed && r.response_coverage.released != 0;
  const std::string how = begun ? "was cut in mid-stream" : "was blocked before any of its text was released";
  if (r.rule.empty()) return how + by_rule(r);
  return how + by_rule(r) + "; " + counted(r.leaked, "byte") + " of the match had been released";
}

std::string redacted(const record& r) {
  const char* what = of_answer(r) ? "was released with parts masked" : "was sent upstream with parts masked";
  return what + by_rule(r) + "; " + counted(r.leaked, "byte") + " of the deciding match had been released";
}

std::string shadow_findings(const record& r) {
  const auto shadowed =
      std::count_if(r.findings.begin(), r.findings.end(), [](const audit::finding& f) { return f.mode == "shadow"; });
  return shadowed == 0 ? "" : " with " + counted(static_cast<std::uint64_t>(shadowed), "finding") + " in shadow mode";
}

std::size_t opaque_parts(const record& r) {
  return r.request_coverage.opaque_parts.size() + r.request_coverage.opaque_dropped + r.response_coverage.opaque_parts.size() +
         r.response_coverage.opaque_dropped;
}

bool all_scanned(const record& r) {
  const auto unscanned = [](const audit::coverage& c) { return c.received != 0 && !c.complete; };
  return r.decision != "opaque" && opaque_parts(r) == 0 && !unscanned(r.request_coverage) && !unscanned(r.response_coverage);
}

// Only what was scanned as a whole has passed.
std::string passed(const record& r) { return (all_scanned(r) ? "passed" : "was let through") + shadow_findings(r); }

std::string with_status(const record& r, const char* what) {
  std::string text = what;
  if (r.status != 0) text += " with status " + std::to_string(r.status);
  if (!r.reason.empty()) text += " (" + shown(r.reason) + ")";
  return text;
}

std::string outcome(const record& r) {
  if (r.decision == "block") return blocked(r);
  if (r.decision == "redact") return redacted(r);
  if (r.decision == "allow" || r.decision == "opaque") return passed(r);
  if (r.decision == "refuse") return with_status(r, "was refused");
  if (r.decision == "error") return with_status(r, "failed");
  return "ended with the decision \"" + shown(r.decision) + "\"";
}

// What a responder must not overlook.
std::string reservations(const record& r) {
  std::string text;
  if (const auto opaque = opaque_parts(r); opaque != 0) text += "; " + counted(opaque, "part") + " could not be scanned";
  else if (!all_scanned(r)) text += "; not all of its text was scanned";
  if (r.upstream_truncated) text += "; the upstream's answer broke off";
  if (r.client_gone) text += "; the client had gone";
  return text;
}

}  // namespace

std::string second_of(wall_time at) {
  std::string text = to_rfc3339(at).substr(0, 19);
  text[10] = ' ';
  return text + " UTC";
}

std::string counted(std::uint64_t n, const std::string& one) {
  return std::to_string(n) + ' ' + one + (n == 1 ? "" : "s");
}

std::string sentence(const record& r) {
  const std::string when = "At " + second_of(r.at) + ' ';
  switch (r.kind) {
    case audit::record_kind::admin:
      return when + "the proxy recorded " + shown(r.event) + (r.note.empty() ? "." : ": " + shown(r.note) + ".");
    case audit::record_kind::checkpoint:
      return when + "the log held " + counted(r.tree.size, "record") + "; this checkpoint " +
             (r.note.empty() ? "is not signed." : "is signed.");
    case audit::record_kind::open:
      return when + subject(r) + " had begun; this record does not say how it ended.";
    case audit::record_kind::exchange: return when + subject(r) + ' ' + outcome(r) + reservations(r) + '.';
  }
  return when + "something was recorded.";
}

}  // namespace stoplog::cli
