#include "delivery/syslog_message.hpp"

#include "audit/encode.hpp"
#include "audit/escape.hpp"
#include "delivery/brief.hpp"

#include <algorithm>

namespace stoplog::delivery {
namespace {

constexpr std::size_t text_bytes_max = 8000;
constexpr std::size_t host_bytes_max = 255, process_bytes_max = 128, id_bytes_max = 32;

// The enterprise number of a structured element of our own. 32473 is the one
// that RFC 5612 sets aside for examples: this project has none.
constexpr std::string_view element = "stoplog@32473";

unsigned severity_of(const audit::record& r) {
  if (r.decision == "error") return 3;
  if (r.decision == "block") return 4;
  if (r.decision == "redact" || r.decision == "refuse" || r.kind == audit::record_kind::admin) return 5;
  return 6;
}

// Header fields hold visible ASCII only, and "-" when there is nothing.
std::string field(std::string_view text, std::size_t bytes_max) {
  std::string kept;
  for (const char c : text.substr(0, bytes_max)) kept += c > 0x20 && c < 0x7F ? c : '_';
  return kept.empty() ? "-" : kept;
}

// Escaped by us first, so no control character is in it, then as the RFC asks.
void add_parameter(std::string& to, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  to += ' ';
  to += name;
  to += "=\"";
  for (const char c : audit::shown(value)) {
    if (c == '"' || c == '\\' || c == ']') to += '\\';
    to += c;
  }
  to += '"';
}

}  // namespace

std::string syslog_message(const syslog_origin& from, const outgoing& record) {
  const audit::record& r = record.value;
  std::string out = '<' + std::to_string(from.facility * 8 + severity_of(r)) + ">1 " + to_rfc3339(r.at) + ' ';
  out += field(from.host, host_bytes_max) + " stoplog " + field(from.process, process_bytes_max) + ' ';
  out += field(r.kind == audit::record_kind::admin ? std::string_view(r.event) : audit::to_string(r.kind), id_bytes_max);
  out += " [";
  out += element;
  add_parameter(out, "seq", std::to_string(record.seq));
  add_parameter(out, "id", r.id);
  add_parameter(out, "decision", r.decision);
  add_parameter(out, "rule", r.rule);
  add_parameter(out, "severity", r.severity);
  add_parameter(out, "key", r.key_id);
  out += "] ";
  return out + (record.line.size() <= text_bytes_max ? record.line : brief(record));
}

std::string framed(std::string_view message) { return std::to_string(message.size()) + ' ' + std::string(message); }

}  // namespace stoplog::delivery
