#include "http/exchange_record.hpp"

#include "base/version.hpp"

#include <algorithm>
#include <set>

namespace stoplog::http {
namespace {

audit::finding to_record(const policy::finding& from, const policy::compiled_policy& by) {
  const policy::active_rule& rule = by.rules()[from.rule];
  audit::finding to;
  to.rule = rule.id;
  to.pack = rule.pack + '@' + rule.pack_version;
  to.category = rule.category;
  to.severity = to_string(rule.severity);
  to.mode = to_string(from.mode);
  to.enforced = to_string(from.enforced);
  to.would = to_string(from.would);
  to.direction = to_string(from.where.direction);
  to.role = to_string(from.where.role);
  to.channel = to_string(from.where.channel);
  to.path = from.path;
  to.begin = from.span.begin;
  to.end = from.span.end;
  to.fingerprint = from.fingerprint;
  to.excerpt = from.excerpt;
  to.exception = from.exception;
  to.lapsed_exception = from.lapsed_exception;
  return to;
}

constexpr std::uint64_t bytes_a_token = 4;  // of English text, roughly

std::uint64_t estimate(std::uint64_t bytes) { return (bytes + bytes_a_token - 1) / bytes_a_token; }

}  // namespace

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point began) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began).count());
}

bool leaves_text_unjudged(errc why) { return why == errc::upstream_malformed || why == errc::evaluation_failed; }

void add_subject(audit::record& to, const dialect::request_facts& from, const policy::compiled_policy& by) {
  to.policy_name = by.name();
  to.policy_version = by.version();
  to.policy_digest = by.digest();
  to.policy_bundle = by.bundle();
  to.packs = by.packs();
  to.engine_version = engine_version();
  if (!from.user.empty()) to.user = by.user_pseudonym(from.user);
}

void add_tokens(audit::record& to, const dialect::token_usage& counted) {
  to.tokens_estimated = !counted.counted;
  to.input_tokens = counted.counted ? counted.input : estimate(to.request_coverage.received);
  to.output_tokens = counted.counted ? counted.output : estimate(to.response_coverage.received);
}

void add_report(audit::record& to, const guard::report& from, const policy::compiled_policy& by, direction of) {
  auto& coverage = of == direction::request ? to.request_coverage : to.response_coverage;
  coverage.received = from.coverage.received;
  coverage.scanned = from.coverage.scanned;
  coverage.released = from.coverage.released;
  coverage.known = from.coverage.known;
  coverage.withheld = coverage.received - std::min(coverage.received, coverage.released);
  coverage.complete = from.coverage.complete();
  for (const auto& each : from.coverage.opaque) coverage.opaque_parts.push_back({each.path, each.kind});
  for (const auto& each : from.decision.findings) to.findings.push_back(to_record(each, by));
  if (of == direction::response) {
    to.leaked = from.leaked;
    add_tokens(to, from.usage);
  }

  // What was not read is not allowed: nobody knows what it said.
  if (to.decision == "allow" && !coverage.complete) to.decision = "opaque";
  const verdict v = from.decision.verdict;
  const bool undecided = to.decision == "allow" || to.decision == "opaque";
  const bool stronger = (undecided && v != verdict::allow) || (to.decision == "redact" && v == verdict::block);
  if (!stronger) return;  // also: an exchange that failed stays an error
  to.decision = to_string(v);
  to.stage = to_string(of);
  if (from.decision.rule) {
    const policy::active_rule& rule = by.rules()[*from.decision.rule];
    to.rule = rule.id;
    to.category = rule.category;
    to.severity = to_string(rule.severity);
  } else if (from.decision.refused) {
    to.category = from.decision.refused->category;
    to.severity.clear();
    to.rule.clear();
    to.reason = from.decision.refused->reason;
    to.path = from.decision.refused->path;
  }
}

std::string coverage_header(const audit::record& of) {
  std::set<std::string> kinds;
  bool complete = true;
  bool judged = false;
  for (const audit::coverage* each : {&of.request_coverage, &of.response_coverage}) {
    // A direction of which nothing was judged (yet) says nothing.
    const bool any = each->complete || each->received != 0 || !each->opaque_parts.empty();
    judged = judged || any;
    complete = complete && (!any || each->complete);
    for (const auto& part : each->opaque_parts) kinds.insert(part.kind);
  }
  if (!judged) return "none";
  if (complete) return "complete";
  std::string list;
  for (const std::string& each : kinds) list += (list.empty() ? "opaque=" : ",") + each;
  return list.empty() ? "partial" : list;
}

}  // namespace stoplog::http
