#include "audit/export_csv.hpp"

#include "audit/encode.hpp"
#include "audit/escape.hpp"

#include <algorithm>
#include <set>

namespace stoplog::audit {
namespace {

// What a cell's first character makes a formula of, in Excel, LibreOffice and
// others; the wide forms too, which some turn into the narrow ones.
constexpr std::string_view formula_starts[] = {"=", "+", "-", "@", "\\t", "\\r", "\\n", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

bool looks_like_a_formula(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return false;
  text.remove_prefix(begin);
  return std::any_of(std::begin(formula_starts), std::end(formula_starts), [&](std::string_view start) { return text.starts_with(start); });
}

class row {
 public:
  row& text(std::string_view value) {
    out_ += (out_.empty() ? "" : ",") + csv_cell(value);
    return *this;
  }
  row& number(std::uint64_t value) {
    out_ += (out_.empty() ? "" : ",") + std::to_string(value);
    return *this;
  }
  std::string take() { return std::move(out_) + "\r\n"; }

 private:
  std::string out_;
};

template <class Member>
std::string joined(const record& r, Member member) {
  std::set<std::string> seen;
  std::string all;
  for (const finding& f : r.findings) {
    if (!(f.*member).empty() && seen.insert(f.*member).second) all += (all.empty() ? "" : " ") + f.*member;
  }
  return all;
}

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string out = "\"";
  const std::string safe = shown(text);
  if (looks_like_a_formula(safe)) out += '\'';
  for (const char c : safe) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out += '"';
}

std::string csv_heading() {
  return "seq,kind,id,at,key,team,user,address,agent,route,endpoint,upstream,model,model_answered,conversation,streamed,policy,policy_version,"
         "policy_digest,decision,stage,rule,category,severity,reason,status,leaked,duration_us,first_byte_us,findings,"
         "finding_rules,fingerprints,request_received,request_scanned,request_released,request_complete,response_received,"
         "response_scanned,response_released,response_complete,upstream_truncated,client_gone,event,note\r\n";
}

std::string csv_row(std::uint64_t seq, const record& r) {
  const auto yes = [](bool value) { return value ? "yes" : "no"; };
  row to;
  to.number(seq).text(to_string(r.kind)).text(r.id).text(to_rfc3339(r.at));
  to.text(r.key_id).text(r.team).text(r.user).text(r.client_address).text(r.user_agent);
  to.text(r.route).text(r.endpoint).text(r.upstream).text(r.model_asked).text(r.model_answered).text(r.conversation).text(yes(r.streamed));
  to.text(r.policy_name).text(r.policy_version).text(r.policy_digest);
  to.text(r.decision).text(r.stage).text(r.rule).text(r.category).text(r.severity).text(r.reason);
  to.number(static_cast<std::uint64_t>(std::max(r.status, 0))).number(r.leaked).number(r.duration_us).number(r.first_byte_us);
  to.number(r.findings.size() + r.findings_dropped).text(joined(r, &finding::rule)).text(joined(r, &finding::fingerprint));
  for (const coverage* c : {&r.request_coverage, &r.response_coverage}) {
    to.number(c->received).number(c->scanned).number(c->released).text(yes(c->complete));
  }
  return to.text(yes(r.upstream_truncated)).text(yes(r.client_gone)).text(r.event).text(r.note).take();
}

}  // namespace stoplog::audit
