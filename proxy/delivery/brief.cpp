#include "delivery/brief.hpp"

#include "audit/encode.hpp"
#include "audit/escape.hpp"
#include "json/writer.hpp"

#include <algorithm>

namespace stoplog::delivery {
namespace {

class members {
 public:
  members& text(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    scratch_.clear();
    audit::append_json_text(scratch_, value);
    out_.key(name).raw(scratch_);
    return *this;
  }
  members& number(std::string_view name, std::uint64_t value) {
    out_.member(name, static_cast<std::int64_t>(value));
    return *this;
  }
  json::writer& raw() noexcept { return out_; }

 private:
  json::writer out_;
  std::string scratch_;
};

}  // namespace

std::string brief(const outgoing& from) {
  const audit::record& r = from.value;
  members to;
  to.raw().begin_object();
  to.number("seq", from.seq).text("kind", audit::to_string(r.kind)).text("id", r.id).text("at", to_rfc3339(r.at));
  to.text("decision", r.decision).text("stage", r.stage).text("rule", r.rule).text("category", r.category).text("severity", r.severity);
  to.text("reason", r.reason).text("key", r.key_id).text("team", r.team).text("user", r.user).text("conversation", r.conversation).text("route", r.route).text("endpoint", r.endpoint);
  to.text("model", r.model_asked).text("policy", r.policy_name).text("policy_digest", r.policy_digest);
  if (r.kind == audit::record_kind::exchange) {
    to.number("status", static_cast<std::uint64_t>(std::max(r.status, 0))).number("leaked", r.leaked);
    to.number("findings", r.findings.size() + r.findings_dropped);
  }
  to.text("event", r.event).text("note", r.note);
  to.raw().end_object();
  return to.raw().take();
}

std::string brief_list(std::span<const outgoing> from) {
  json::writer to;
  to.begin_object().key("records").begin_array();
  for (const outgoing& each : from) to.raw(brief(each));
  to.end_array().end_object();
  return to.take();
}

}  // namespace stoplog::delivery
