#include "delivery/otlp_body.hpp"

#include "audit/encode.hpp"
#include "audit/escape.hpp"
#include "json/document.hpp"
#include "json/writer.hpp"

#include <charconv>

namespace stoplog::delivery {
namespace {

void add_text(json::writer& to, std::string_view name, std::string_view value) {
  std::string scratch;
  audit::append_json_text(scratch, value);
  to.key(name).raw(scratch);
}

void attribute(json::writer& to, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  to.begin_object().member("key", name).key("value").begin_object();
  add_text(to, "stringValue", value);
  to.end_object().end_object();
}

// 64-bit numbers are texts in protobuf's JSON.
void attribute(json::writer& to, std::string_view name, std::uint64_t value) {
  to.begin_object().member("key", name).key("value").begin_object().member("intValue", std::to_string(value)).end_object().end_object();
}

std::string nanoseconds(wall_time at) { return std::to_string(at.time_since_epoch().count() * 1000); }

struct severity {
  std::int64_t number;
  const char* text;
};

// The numbers of OpenTelemetry's log data model.
severity severity_of(const audit::record& r) {
  if (r.decision == "error") return {17, "ERROR"};
  if (r.decision == "block" || r.decision == "redact") return {13, "WARN"};
  return {9, "INFO"};
}

void add_record(json::writer& to, const outgoing& from, const std::string& observed) {
  const audit::record& r = from.value;
  const severity level = severity_of(r);
  to.begin_object().member("timeUnixNano", nanoseconds(r.at)).member("observedTimeUnixNano", observed);
  to.member("severityNumber", level.number).member("severityText", level.text);
  to.member("eventName", "stoplog." + std::string(audit::to_string(r.kind)));
  to.key("body").begin_object();
  add_text(to, "stringValue", from.line);
  to.end_object().key("attributes").begin_array();
  attribute(to, "stoplog.seq", from.seq);
  attribute(to, "stoplog.id", r.id);
  attribute(to, "stoplog.decision", r.decision);
  attribute(to, "stoplog.rule", r.rule);
  attribute(to, "stoplog.category", r.category);
  attribute(to, "stoplog.severity", r.severity);
  attribute(to, "stoplog.key", r.key_id);
  attribute(to, "stoplog.team", r.team);
  attribute(to, "stoplog.user", r.user);
  attribute(to, "gen_ai.conversation.id", r.conversation);
  attribute(to, "stoplog.route", r.route);
  attribute(to, "stoplog.event", r.event);
  attribute(to, "gen_ai.request.model", r.model_asked);
  attribute(to, "gen_ai.response.model", r.model_answered);
  attribute(to, "gen_ai.response.id", r.response_id);
  if (r.status > 0) attribute(to, "http.response.status_code", static_cast<std::uint64_t>(r.status));
  to.end_array();
  if (!r.trace_id.empty()) to.member("traceId", r.trace_id).member("spanId", r.span_id);
  to.end_object();
}

}  // namespace

std::string otlp_body(std::span<const outgoing> records, wall_time observed) {
  json::writer to;
  to.begin_object().key("resourceLogs").begin_array().begin_object();
  to.key("resource").begin_object().key("attributes").begin_array();
  attribute(to, "service.name", "stoplog");
  to.end_array().end_object();
  to.key("scopeLogs").begin_array().begin_object();
  to.key("scope").begin_object().member("name", "stoplog.audit").member("version", std::to_string(audit::schema_version)).end_object();
  to.key("logRecords").begin_array();
  for (const outgoing& each : records) add_record(to, each, nanoseconds(observed));
  to.end_array().end_object().end_array().end_object().end_array().end_object();
  return to.take();
}

std::uint64_t otlp_rejected(const std::string& answer) {
  json::reader reader;
  const auto read = reader.read(answer);
  if (!read) return 0;
  const json::document& doc = **read;
  const auto partial = doc.find(json::document::root, "partialSuccess");
  if (partial == json::no_node) return 0;
  const auto count = doc.find(partial, "rejectedLogRecords");
  if (count == json::no_node) return 0;
  std::uint64_t value = 0;
  const std::string_view digits = doc[count].text;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace stoplog::delivery
