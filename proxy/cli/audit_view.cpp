#include "cli/audit_view.hpp"

#include "audit/escape.hpp"
#include "cli/audit_sentence.hpp"

#include <algorithm>

namespace stoplog::cli {
namespace {

using audit::record;
using audit::shown;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Exactly `width` characters; ~ stands for what was cut off.
std::string column(std::string_view text, std::size_t width) {
  const std::string safe = shown(text);
  std::string out;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < safe.size();) {
    std::size_t end = at + 1;
    while (end < safe.size() && continues(safe[end])) ++end;
    if (++characters == width && end < safe.size()) return out + '~';
    out.append(safe, at, end - at);
    at = end;
  }
  return out + std::string(width - characters, ' ');
}

// Name and value in two columns; a field without a value is left out.
class sheet {
 public:
  void heading(const char* text) { out_ += std::string("\n") + text + "\n"; }
  void field(const char* name, std::string_view value) {
    if (!value.empty()) out_ += "  " + column(name, 16) + shown(value) + "\n";
  }
  void line(const std::string& safe) { out_ += "  " + safe + "\n"; }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string milliseconds(std::uint64_t us) {
  if (us == 0) return {};
  const std::string fraction = std::to_string(us % 1000);
  return std::to_string(us / 1000) + '.' + std::string(3 - fraction.size(), '0') + fraction + " ms";
}

void show_subject(sheet& to, const record& r) {
  to.heading("who");
  to.field("key", r.key_id);
  to.field("team", r.team);
  to.field("user", r.user);
  to.field("address", r.client_address);
  to.field("agent", r.user_agent);
  to.heading("what");
  to.field("route", r.route);
  to.field("endpoint", r.endpoint);
  to.field("upstream", r.upstream);
  to.field("model asked", r.model_asked);
  to.field("model answered", r.model_answered);
  to.field("response id", r.response_id);
  to.field("conversation", r.conversation + (r.conversation_derived ? " (derived from how it begins)" : ""));
  to.field("trace", r.trace_id);
  to.field("streamed", r.streamed ? "yes" : "no");
}

void show_outcome(sheet& to, const record& r) {
  to.heading("outcome");
  to.field("decision", r.decision);
  to.field("stage", r.stage);
  to.field("rule", r.rule);
  to.field("severity", r.severity);
  to.field("category", r.category);
  to.field("reason", r.reason);
  to.field("path", r.path);
  to.field("status", r.status == 0 ? "" : std::to_string(r.status));
  to.field("leaked", counted(r.leaked, "byte") + " released after the start of the deciding match");
  to.field("duration", milliseconds(r.duration_us));
  to.field("first byte", milliseconds(r.first_byte_us));
  if (r.added_us != 0) to.field("added", milliseconds(r.added_us) + " by the proxy itself");
  if (r.input_tokens != 0 || r.output_tokens != 0) {
    to.field("tokens", std::to_string(r.input_tokens) + " in, " + std::to_string(r.output_tokens) + " out" +
                           (r.tokens_estimated ? " (estimated)" : ""));
  }
  to.field("events", r.events == 0 ? "" : std::to_string(r.events));
  to.field("upstream", r.upstream_truncated ? "its answer broke off" : "");
  to.field("client", r.client_gone ? "had gone" : "");
}

void show_findings(sheet& to, const record& r) {
  if (r.findings.empty() && r.findings_dropped == 0) return;
  to.heading("findings");
  for (const audit::finding& f : r.findings) {
    std::string what = shown(f.rule) + " (" + shown(f.severity) + ", " + shown(f.category) + ") " + shown(f.mode) + ": " +
                       shown(f.enforced);
    if (f.would != f.enforced) what += ", would " + shown(f.would);
    to.line(what);
    to.field("  where", f.direction + ' ' + f.role + ' ' + f.channel);
    to.field("  path", f.path + " bytes " + std::to_string(f.begin) + " to " + std::to_string(f.end));
    to.field("  pack", f.pack);
    to.field("  fingerprint", f.fingerprint);
    to.field("  excerpt", f.excerpt);
    to.field("  exception", f.exception);
    to.field("  expired exception", f.lapsed_exception);
  }
  if (r.findings_dropped != 0) to.line("and " + std::to_string(r.findings_dropped) + " more that were only counted");
}

void show_coverage(sheet& to, const char* name, const audit::coverage& c) {
  const bool none = c.received == 0 && c.opaque_parts.empty() && c.opaque_dropped == 0;
  to.field(name, none ? "no text" : std::to_string(c.received) + " received, " + std::to_string(c.scanned) + " scanned, " +
                     std::to_string(c.released) + " released; " + (c.complete ? "complete" : "not complete"));
  to.field("  known before", c.known == 0 ? "" : counted(c.known, "byte"));
  to.field("  withheld", c.withheld == 0 ? "" : counted(c.withheld, "byte"));
  to.field("  not scanned", c.not_scanned);
  for (const audit::opaque& part : c.opaque_parts) to.field("  not scanned", part.path + ": " + part.kind);
  if (c.opaque_dropped != 0) to.field("  not scanned", "and " + std::to_string(c.opaque_dropped) + " more");
}

void show_content(sheet& to, const audit::captured& c) {
  if (c == audit::captured{}) return;
  const auto text = [](const audit::captured_text& t) {
    return t.digest.empty() ? std::string() : counted(t.bytes, "byte") + ", digest " + t.digest + (t.clipped ? ", clipped" : "");
  };
  to.heading("captured content");
  to.field("mode", c.mode);
  to.field("request", text(c.request));
  to.field("response", text(c.response));
  to.field("sealed", c.sealed);
  to.field("lost", c.lost);
}

bool of_the_log(const record& r) {
  return r.kind == audit::record_kind::admin || r.kind == audit::record_kind::checkpoint;
}

void show_exchange(sheet& to, const record& r) {
  show_subject(to, r);
  if (r.kind == audit::record_kind::exchange) show_outcome(to, r);
  show_findings(to, r);
  if (r.kind == audit::record_kind::exchange) {
    to.heading("coverage, in bytes of text");
    show_coverage(to, "request", r.request_coverage);
    show_coverage(to, "response", r.response_coverage);
    show_content(to, r.content);
  }
}

}  // namespace

std::string full_view(const audit::found_record& found) {
  const record& r = found.value;
  sheet to;
  to.heading("record");
  to.field("id", r.id);
  to.field("number", std::to_string(found.seq));
  to.field("kind", audit::to_string(r.kind));
  to.field("at", to_rfc3339(r.at));
  to.field("event", r.event);
  to.field("note", r.note);
  to.field("clipped", r.clipped ? "yes: a text or a list was too long and was cut" : "");
  if (!of_the_log(r)) show_exchange(to, r);
  if (!r.policy_name.empty() || !r.policy_digest.empty()) {
    to.heading("policy");
    to.field("name", r.policy_name);
    to.field("version", r.policy_version);
    to.field("digest", r.policy_digest);
    for (const std::string& pack : r.packs) to.field("pack", pack);
    to.field("engine", r.engine_version);
    to.field("bundle", r.policy_bundle);
  }
  return sentence(r) + "\n" + to.take();
}

std::string row_heading() {
  return column("TIME (UTC)", 20) + column("DECISION", 9) + column("STATUS", 7) + column("KEY", 17) + column("ROUTE", 13) +
         column("MODEL", 19) + column("RULE OR REASON", 21) + "ID\n";
}

std::string row_view(const audit::found_record& found) {
  const record& r = found.value;
  const std::string time = column(second_of(r.at).substr(0, 19), 20);
  if (r.kind == audit::record_kind::admin) return time + column("admin", 9) + shown(r.event + " " + r.note) + '\n';
  if (r.kind == audit::record_kind::checkpoint) {
    return time + column("checkpoint", 11) + counted(r.tree.size, "record") + ", root " + shown(r.tree.root) + '\n';
  }
  const bool open = r.kind == audit::record_kind::open;
  return time + column(open ? "begun" : r.decision, 8) + ' ' + column(r.status == 0 ? "" : std::to_string(r.status), 6) + ' ' +
         column(r.key_id, 16) + ' ' + column(r.route, 12) + ' ' + column(r.model_asked, 18) + ' ' +
         column(r.rule.empty() ? r.reason : r.rule, 20) + ' ' + shown(r.id) + '\n';
}

}  // namespace stoplog::cli
