#include "audit/export_ocsf.hpp"

#include "audit/encode.hpp"
#include "audit/escape.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

namespace stoplog::audit {
namespace {

constexpr std::int64_t class_uid = 6003;

struct code {
  std::int64_t id;
  std::string_view caption;
};

// The numbers are OCSF's own.
code activity_of(const record& r) {
  if (r.kind != record_kind::exchange) return {99, "Other"};
  return r.endpoint == "models" ? code{2, "Read"} : code{1, "Create"};
}

code severity_of(std::string_view severity) {
  constexpr std::array<std::pair<std::string_view, code>, 4> known = {
      {{"low", {2, "Low"}}, {"medium", {3, "Medium"}}, {"high", {4, "High"}}, {"critical", {5, "Critical"}}}};
  for (const auto& [name, value] : known) {
    if (name == severity) return value;
  }
  return {1, "Informational"};
}

code action_of(std::string_view decision) {
  if (decision == "allow" || decision == "opaque") return {1, "Allowed"};
  if (decision == "block" || decision == "refuse") return {2, "Denied"};
  if (decision == "redact") return {4, "Modified"};
  return {0, "Unknown"};
}

code disposition_of(const record& r) {
  if (r.decision == "block") return {2, "Blocked"};
  if (r.decision == "redact") return {11, "Corrected"};
  if (r.decision == "refuse") return {25, "Rejected"};
  if (r.decision == "error") return {27, "Error"};
  if (r.decision == "allow" || r.decision == "opaque") return r.findings.empty() ? code{1, "Allowed"} : code{15, "Detected"};
  return {17, "Logged"};
}

// The schema wants numbers and dots or colons; anything else is a name.
bool is_address(std::string_view text) {
  const bool v4 = std::count(text.begin(), text.end(), '.') == 3 && text.find_first_not_of("0123456789.") == std::string_view::npos;
  const bool v6 = std::count(text.begin(), text.end(), ':') >= 2 && text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  return v4 || v6;
}

class event_writer {
 public:
  event_writer& begin(std::string_view name) {
    out_.key(name).begin_object();
    return *this;
  }
  event_writer& end() {
    out_.end_object();
    return *this;
  }
  event_writer& text(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    scratch_.clear();
    append_json_text(scratch_, value);
    out_.key(name).raw(scratch_);
    return *this;
  }
  event_writer& number(std::string_view name, std::uint64_t value) { return number(name, static_cast<std::int64_t>(value)); }
  event_writer& number(std::string_view name, std::int64_t value) {
    out_.member(name, value);
    return *this;
  }
  event_writer& flag(std::string_view name, bool value) {
    out_.member(name, value);
    return *this;
  }
  event_writer& coded(std::string_view name, std::string_view id_name, code value) {
    return text(name, value.caption).number(id_name, value.id);
  }
  json::writer& raw() noexcept { return out_; }

 private:
  json::writer out_;
  std::string scratch_;
};

bool names_a_model(const record& r) { return !r.model_asked.empty() || !r.model_answered.empty(); }

void write_metadata(event_writer& to, std::uint64_t seq, const record& r) {
  to.begin("metadata").text("version", "1.8.0").text("uid", r.id).number("sequence", seq).text("log_name", "stoplog audit");
  to.text("event_code", r.kind == record_kind::admin ? r.event : to_string(r.kind)).text("original_time", to_rfc3339(r.at));
  to.begin("product").text("name", "Stoplog").text("vendor_name", "Stoplog").end();
  to.raw().key("profiles").begin_array();
  if (names_a_model(r)) to.raw().string("ai_operation");
  to.raw().string("security_control").end_array();
  to.end();
}

void write_who(event_writer& to, const record& r) {
  to.begin("actor");
  if (r.key_id.empty()) {
    to.text("app_name", r.kind == record_kind::admin ? "stoplog" : r.user_agent.empty() ? "unknown" : std::string_view(r.user_agent));
  } else {
    to.begin("user").text("uid", r.key_id);
    if (!r.team.empty()) {
      to.raw().key("groups").begin_array().begin_object();
      to.text("name", r.team);
      to.raw().end_object().end_array();
    }
    to.end();
  }
  to.end();
  to.begin("src_endpoint");
  if (is_address(r.client_address)) to.text("ip", r.client_address);
  else to.text("name", r.client_address.empty() ? "unknown" : std::string_view(r.client_address));
  to.end();
  if (!r.user_agent.empty()) to.begin("http_request").text("user_agent", r.user_agent).end();
}

void write_call(event_writer& to, const record& r) {
  to.begin("api").text("operation", r.endpoint.empty() ? (r.event.empty() ? "unknown" : std::string_view(r.event)) : std::string_view(r.endpoint));
  if (!r.id.empty()) to.begin("request").text("uid", r.id).end();
  if (r.status != 0) to.begin("response").number("code", std::int64_t{r.status}).text("error", r.reason).end();
  if (!r.upstream.empty()) to.begin("service").text("name", r.upstream).end();
  to.end();
  if (r.status != 0) to.begin("http_response").number("code", std::int64_t{r.status}).end();
  if (!names_a_model(r)) return;
  const std::string& model = r.model_answered.empty() ? r.model_asked : r.model_answered;
  const std::string_view provider = r.upstream.empty() ? std::string_view("unknown") : std::string_view(r.upstream);
  to.begin("ai_model").text("name", model).text("ai_provider", provider).end();
  const code role = r.stage == "response" ? code{2, "Assistant"} : code{1, "User"};
  to.begin("message_context").coded("ai_role", "ai_role_id", role).text("uid", r.response_id);
  to.begin("service").text("name", provider).end();
  to.end();
}

void write_control(event_writer& to, const record& r) {
  to.coded("action", "action_id", action_of(r.decision)).coded("disposition", "disposition_id", disposition_of(r));
  to.flag("is_alert", r.decision == "block" || r.decision == "redact");
  if (!r.policy_name.empty() || !r.policy_digest.empty()) {
    to.begin("policy").text("name", r.policy_name).text("uid", r.policy_digest).text("version", r.policy_version).flag("is_applied", true).end();
  }
  if (!r.rule.empty()) to.begin("firewall_rule").text("uid", r.rule).text("category", r.category).end();
}

void write_unmapped(event_writer& to, const record& r) {
  to.begin("unmapped").text("user", r.user).text("conversation", r.conversation).text("trace_id", r.trace_id);
  to.number("leaked", r.leaked).text("route", r.route).text("note", r.note).flag("client_gone", r.client_gone);
  to.flag("upstream_truncated", r.upstream_truncated).flag("streamed", r.streamed);
  for (const auto* side : {&r.request_coverage, &r.response_coverage}) {
    to.begin(side == &r.request_coverage ? "request_coverage" : "response_coverage");
    to.number("received", side->received).number("scanned", side->scanned).number("released", side->released);
    to.flag("complete", side->complete).end();
  }
  to.raw().key("findings").begin_array();
  for (const finding& f : r.findings) {
    to.raw().begin_object();
    to.text("rule", f.rule).text("category", f.category).text("severity", f.severity).text("mode", f.mode).text("enforced", f.enforced);
    to.text("direction", f.direction).text("path", f.path).text("fingerprint", f.fingerprint);
    to.raw().end_object();
  }
  to.raw().end_array();
  to.end();
}

}  // namespace

std::string ocsf_event(std::uint64_t seq, const record& r) {
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(r.at.time_since_epoch()).count();
  const code activity = activity_of(r);
  event_writer to;
  to.raw().begin_object();
  to.text("class_name", "API Activity").number("class_uid", class_uid);
  to.text("category_name", "Application Activity").number("category_uid", std::int64_t{6});
  to.coded("activity_name", "activity_id", activity).number("type_uid", class_uid * 100 + activity.id);
  to.text("type_name", "API Activity: " + std::string(activity.caption));
  to.number("time", std::int64_t{time}).coded("severity", "severity_id", severity_of(r.severity));
  if (r.kind == record_kind::exchange) {
    const bool good = r.decision == "allow" || r.decision == "redact";
    to.coded("status", "status_id", good ? code{1, "Success"} : code{2, "Failure"}).text("status_code", r.reason);
    to.number("start_time", std::int64_t{time}).number("duration", r.duration_us / 1000);
  }
  write_metadata(to, seq, r);
  write_who(to, r);
  write_call(to, r);
  write_control(to, r);
  write_unmapped(to, r);
  to.raw().end_object();
  return to.raw().take();
}

}  // namespace stoplog::audit
