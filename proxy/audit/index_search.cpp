#include "audit/index_search.hpp"

#include <utility>

namespace stoplog::audit {
namespace {

constexpr std::size_t uuid_bytes = 36;
constexpr std::size_t digest_bytes = 71;  // sha256: and 64 digits

std::uint64_t micros(wall_time t) { return static_cast<std::uint64_t>(t.time_since_epoch().count()); }

}  // namespace

void bind(sql_statement& to, const bound_sql& from) {
  int at = 0;
  for (const auto& value : from.values) {
    ++at;
    if (const auto* text = std::get_if<std::string>(&value)) to.bind(at, *text);
    else to.bind(at, std::get<std::uint64_t>(value));
  }
}

index_search::index_search(const filter& f, const seq_range& within) : asked_(f), within_(within) {
  if (f.id.size() == uuid_bytes) ask(table::records, "id", f.id);
  ask(table::records, "kind", f.kind);
  ask(table::records, "key", f.key);
  ask(table::records, "team", f.team);
  ask(table::records, "user", f.user);
  ask(table::records, "conversation", f.conversation);
  ask(table::records, "route", f.route);
  ask(table::records, "endpoint", f.endpoint);
  ask(table::records, "decision", f.decision);
  if (f.status) leads_.push_back({table::records, "status", static_cast<std::uint64_t>(*f.status)});
  if (f.policy_digest.size() == digest_bytes) ask(table::records, "policy_digest", f.policy_digest);
  ask(table::models, "model", f.model);
  ask(table::findings, "rule", f.rule);
  ask(table::findings, "category", f.category);
  ask(table::findings, "severity", f.severity);
  ask(table::findings, "mode", f.mode);
  ask(table::findings, "fingerprint", f.fingerprint);
}

void index_search::ask(table of, const char* column, const std::string& value) {
  if (!value.empty()) leads_.push_back({of, column, value});
}

std::string index_search::range(const char* seq, bound_sql& to) const {
  to.values.emplace_back(within_.first);
  to.values.emplace_back(within_.before);
  return std::string(seq) + " >= ? AND " + seq + " < ?";
}

bound_sql index_search::counting(std::size_t lead) const {
  const condition& c = leads_[lead];
  constexpr const char* names[] = {"records", "models", "findings"};
  const std::string table_name = names[static_cast<std::size_t>(c.of)];
  const std::string index = c.of == table::models ? "" : " INDEXED BY " + table_name + '_' + c.column;
  bound_sql to;
  to.values.push_back(c.value);
  to.text = "SELECT count(*) FROM (SELECT 1 FROM " + table_name + index + " WHERE " + c.column + " = ? AND " +
            range("seq", to) + " LIMIT " + std::to_string(most_counted) + ")";
  return to;
}

bound_sql index_search::counting_ids() const {
  bound_sql to;
  to.values = {asked_.id, asked_.id + "\xFF"};
  to.text = "SELECT count(*) FROM (SELECT 1 FROM records INDEXED BY records_id WHERE id >= ? AND id < ? AND " + range("seq", to) +
            " LIMIT " + std::to_string(most_counted) + ")";
  return to;
}

// FROM and the beginning of WHERE.
std::string index_search::begin_at_lead(bound_sql& to) const {
  if (leads_.empty()) {
    // The beginning of an id stands for a range of its index. Everything else is walked.
    if (asked_.id.empty() || walks_all_) return " FROM records r WHERE " + range("r.seq", to);
    to.values.emplace_back(asked_.id);
    to.values.emplace_back(asked_.id + "\xFF");  // a byte that no UTF-8 text has
    return " FROM records r INDEXED BY records_id WHERE r.id >= ? AND r.id < ? AND " + range("r.seq", to);
  }
  const condition& lead = leads_[lead_];
  const std::string column = lead.column;
  to.values.push_back(lead.value);
  switch (lead.of) {
    case table::records:
      return " FROM records r INDEXED BY records_" + column + " WHERE r." + column + " = ? AND " + range("r.seq", to);
    case table::models:
      return " FROM models m CROSS JOIN records r ON r.seq = m.seq WHERE m.model = ? AND " + range("m.seq", to);
    case table::findings: break;
  }
  // All conditions on findings are of one and the same finding. A record with
  // several that fit comes several times, one after the other.
  std::string text = " FROM findings m INDEXED BY findings_" + column + " CROSS JOIN records r ON r.seq = m.seq WHERE m." +
                     column + " = ? AND " + range("m.seq", to);
  for (std::size_t i = 0; i < leads_.size(); ++i) {
    if (leads_[i].of != table::findings || i == lead_) continue;
    text += std::string(" AND +m.") + leads_[i].column + " = ?";
    to.values.push_back(leads_[i].value);
  }
  return text;
}

void index_search::check_others(bound_sql& to) const {
  const bool by_finding = !leads_.empty() && leads_[lead_].of == table::findings;
  std::string of_finding;
  std::vector<sql_value> finding_values;
  for (std::size_t i = 0; i < leads_.size(); ++i) {
    const condition& c = leads_[i];
    if (i == lead_) continue;
    if (c.of == table::records) {
      to.text += std::string(" AND +r.") + c.column + " = ?";
      to.values.push_back(c.value);
    } else if (c.of == table::models) {
      to.text += " AND EXISTS (SELECT 1 FROM models WHERE model = ? AND seq = r.seq)";
      to.values.push_back(c.value);
    } else if (!by_finding) {
      of_finding += std::string(" AND +") + c.column + " = ?";
      finding_values.push_back(c.value);
    }
  }
  if (!of_finding.empty()) {
    to.text += " AND EXISTS (SELECT 1 FROM findings INDEXED BY findings_seq WHERE seq = r.seq" + of_finding + ")";
    to.values.insert(to.values.end(), finding_values.begin(), finding_values.end());
  }
  const auto begins = [&](const char* column, const std::string& value) {
    to.text += std::string(" AND +r.") + column + " >= ? AND +r." + column + " < ?";
    to.values.emplace_back(value);
    to.values.emplace_back(value + "\xFF");
  };
  if ((!leads_.empty() || walks_all_) && !asked_.id.empty() && asked_.id.size() != uuid_bytes) begins("id", asked_.id);
  if (!asked_.policy_digest.empty() && asked_.policy_digest.size() != digest_bytes) begins("policy_digest", asked_.policy_digest);
  const auto time = [&](const char* condition, wall_time t) {
    to.text += condition;
    to.values.emplace_back(micros(t));
  };
  if (asked_.since) time(" AND +r.at >= ?", *asked_.since);
  if (asked_.until) time(" AND +r.at < ?", *asked_.until);
}

bound_sql index_search::text(search_order order, std::size_t limit) const {
  const char* direction = order == search_order::newest_first ? "DESC" : "ASC";
  bound_sql to;
  to.text = "SELECT r.seq, r.segment, r.offset, r.bytes" + begin_at_lead(to);
  check_others(to);
  const bool by_table = leads_.empty() || leads_[lead_].of == table::records;
  to.text += std::string(" ORDER BY ") + (by_table ? "r" : "m") + ".seq " + direction + " LIMIT " + std::to_string(limit);
  return to;
}

}  // namespace stoplog::audit
