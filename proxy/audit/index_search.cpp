#include "audit/index_search.hpp"

#include <utility>

namespace stoplog::audit {
namespace {

constexpr std::size_t uuid_bytes = 36;
const std::string per_block = std::to_string(records_per_block);
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
  ask(block_field::kind, f.kind);
  ask(table::records, "key", f.key);
  ask(block_field::team, f.team);
  ask(table::records, "user", f.user);
  ask(table::records, "conversation", f.conversation);
  ask(block_field::route, f.route);
  ask(block_field::endpoint, f.endpoint);
  ask(block_field::decision, f.decision);
  if (f.status) leads_.push_back({table::blocks, name_of(block_field::status), static_cast<std::uint64_t>(*f.status)});
  if (f.policy_digest.size() == digest_bytes) ask(block_field::policy_digest, f.policy_digest);
  ask(block_field::model, f.model);
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

// Blocks that have a value, of those that the range touches.
std::string index_search::block_range(const condition& of, bound_sql& to) const {
  to.values.emplace_back(std::string(of.column));
  to.values.push_back(of.value);
  to.values.emplace_back(within_.first / records_per_block);
  to.values.emplace_back(within_.before / records_per_block);
  return "b.field = ? AND b.value = ? AND b.block >= ? AND b.block <= ?";
}

bound_sql index_search::counting(std::size_t lead) const {
  const condition& c = leads_[lead];
  bound_sql to;
  if (c.of == table::blocks) {
    to.text = "SELECT " + per_block + " * count(*) FROM (SELECT 1 FROM blocks b WHERE " + block_range(c, to) + " LIMIT " +
              std::to_string(most_counted / records_per_block) + ")";
    return to;
  }
  const std::string table_name = c.of == table::records ? "records" : "findings";
  to.values.push_back(c.value);
  to.text = "SELECT count(*) FROM (SELECT 1 FROM " + table_name + " INDEXED BY " + table_name + '_' + c.column + " WHERE " + c.column +
            " = ? AND " + range("seq", to) + " LIMIT " + std::to_string(most_counted) + ")";
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
  std::string text;
  switch (lead.of) {
    case table::records:
      to.values.push_back(lead.value);
      return " FROM records r INDEXED BY records_" + column + " WHERE r." + column + " = ? AND " + range("r.seq", to);
    case table::blocks:
      // Within a block its records are walked, and held against the condition as against any other.
      text = " FROM blocks b CROSS JOIN records r ON r.seq >= b.block * " + per_block + " AND r.seq < b.block * " + per_block + " + " +
             per_block + " WHERE ";
      text += block_range(lead, to);
      text += " AND ";
      text += range("+r.seq", to);
      return text;
    case table::findings: break;
  }
  // All conditions on findings are of one and the same finding. A record with
  // several that fit comes several times, one after the other.
  to.values.push_back(lead.value);
  text = " FROM findings m INDEXED BY findings_" + column + " CROSS JOIN records r ON r.seq = m.seq WHERE m." +
                     column + " = ? AND " + range("m.seq", to);
  for (std::size_t i = 0; i < leads_.size(); ++i) {
    if (leads_[i].of != table::findings || i == lead_) continue;
    text += std::string(" AND +m.") + leads_[i].column + " = ?";
    to.values.push_back(leads_[i].value);
  }
  return text;
}

void index_search::check_record(const condition& c, bound_sql& to) const {
  to.values.push_back(c.value);
  if (c.column != std::string_view("model")) {
    to.text += std::string(" AND +r.") + c.column + " = ?";
    return;
  }
  to.values.push_back(c.value);
  to.text += " AND (+r.model = ? OR +r.model_answered = ?)";
}

void index_search::check_others(bound_sql& to) const {
  const bool by_finding = !leads_.empty() && leads_[lead_].of == table::findings;
  std::string of_finding;
  std::vector<sql_value> finding_values;
  for (std::size_t i = 0; i < leads_.size(); ++i) {
    const condition& c = leads_[i];
    if (c.of == table::blocks) {
      check_record(c, to);
    } else if (i == lead_) {
      continue;
    } else if (c.of == table::records) {
      check_record(c, to);
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
  const table by = leads_.empty() ? table::records : leads_[lead_].of;
  to.text += " ORDER BY ";
  if (by == table::blocks) to.text += std::string("b.block ") + direction + ", ";
  to.text += std::string(by == table::findings ? "m" : "r") + ".seq " + direction + " LIMIT " + std::to_string(limit);
  return to;
}

}  // namespace stoplog::audit
