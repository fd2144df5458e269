#include "guard/refused_parts.hpp"

#include "guard/document_judge.hpp"

#include <algorithm>

namespace stoplog::guard {
namespace {

// Above a key that was found there is only what its place says.
std::string place_of(const json::document& in, json::node_id member, direction way, const report& found) {
  if (member == json::document::root) return "event";
  const dialect::text_field key{member, {way, role::none, channel::unknown}, dialect::no_lane, true};
  const std::string by_number = path_of(in, key);
  const auto& findings = found.decision.findings;
  const bool told = std::any_of(findings.begin(), findings.end(), [&](const policy::finding& f) { return f.path.starts_with(by_number); });
  return told ? by_number : in.path(member);
}

}  // namespace

std::vector<json::node_id> refuse_parts(const json::document& in, std::span<const dialect::opaque_part> opaque,
                                        std::span<const json::node_id> unknown, direction way,
                                        const policy::compiled_policy& by, report& into) {
  std::vector<json::node_id> refused;
  const policy::part_actions& parts = by.source().parts;
  for (const dialect::opaque_part& part : opaque) {
    if (!parts.refuses_opaque(part.kind)) continue;
    into.decision.refuse({policy::opaque_refused, "coverage.opaque." + std::string(part.kind), in.path(part.node)});
    refused.push_back(part.node);
  }
  if (!parts.refuses_unknown(way)) return refused;
  for (const json::node_id member : unknown) {
    into.decision.refuse({policy::unknown_refused, "coverage.unknown", place_of(in, member, way, into)});
    refused.push_back(member);
  }
  return refused;
}

}  // namespace stoplog::guard
