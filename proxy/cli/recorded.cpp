#include "cli/recorded.hpp"

#include "cli/audit_open.hpp"
#include "dialect/endpoint.hpp"
#include "match/stream.hpp"
#include "server/server.hpp"

#include <algorithm>

namespace stoplog::cli {
namespace {

// Records name the endpoint, policies the dialect that reads it.
std::string dialect_of(std::string_view endpoint) {
  for (const auto& e : dialect::endpoints()) {
    if (e.name == endpoint && e.scans != nullptr) return std::string(e.scans->name());
  }
  return std::string(endpoint);
}

}  // namespace

policy::subject subject_of(const audit::record& r) {
  const bool nobody = r.key_id.empty() && r.conversation.empty();
  return {r.route, r.team, r.key_id, r.model_asked, dialect_of(r.endpoint), nobody ? r.client_address : r.conversation};
}

std::optional<surface> surface_of(const audit::finding& f) {
  const auto way = direction_from(f.direction);
  const auto speaker = role_from(f.role);
  const auto part = channel_from(f.channel);
  if (!way || !speaker || !part) return std::nullopt;
  return surface{*way, *speaker, *part};
}

std::optional<judged> judge_text(const policy::compiled_policy& by, surface where, std::string_view text) {
  match::stream stream(by.database(), where, by.muted(where.direction));
  if (!stream.feed(text, true)) return std::nullopt;
  policy::decision decision(verdict::allow);
  for (const auto& f : stream.findings()) {
    policy::finding made;
    made.rule = f.rule;
    made.mode = by.rules()[f.rule].mode;
    made.enforced = by.effect(f.rule, where.direction);
    made.where = where;
    made.span = f.where;
    decision.add(made, by);
  }
  return judged{decision.verdict, decision.rule ? by.rules()[*decision.rule].id : ""};
}

log_key key_of_log(const audit_request& request) {
  exit_code told_already{};
  const auto directory = directory_of(request, told_already);
  auto key = directory ? server::known_fingerprint_key(*directory) : std::nullopt;
  if (!key) return {"no-key-of-a-log-is-known"};
  return {std::move(*key), true};
}

}  // namespace stoplog::cli
