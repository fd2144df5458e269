// stoplog audit timeline: what one client did, on one page. Exchanges that
// passed one after the other are told together, so that what stands out stands alone.
#include "audit/escape.hpp"
#include "cli/audit_open.hpp"
#include "cli/audit_sentence.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <vector>

namespace stoplog::cli {
namespace {

using audit::found_record;
using audit::record;
using audit::shown;

// Nothing to tell of it alone.
bool is_quiet(const record& r) {
  return r.kind == audit::record_kind::exchange && r.decision == "allow" && r.findings.empty() && r.findings_dropped == 0;
}

std::string day_of(const record& r) { return to_rfc3339(r.at).substr(0, 10); }
std::string time_of(const record& r) { return to_rfc3339(r.at).substr(11, 8); }

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string what_happened(const record& r) {
  if (r.kind == audit::record_kind::admin) return shown(r.event) + (r.note.empty() ? "" : ": " + shown(r.note));
  if (r.kind == audit::record_kind::open) return "a stream began, and no record says how it ended";
  std::string text = shown(r.stage) + (r.stage.empty() ? "" : " ") + shown(r.rule.empty() ? r.reason : r.rule);
  if (!r.severity.empty()) text += " (" + shown(r.severity) + ", " + shown(r.category) + ")";
  if (r.decision == "block" && r.stage == "response") text += "; " + counted(r.response_coverage.released, "byte") + " had been released";
  const auto shadowed = std::count_if(r.findings.begin(), r.findings.end(), [](const auto& f) { return f.mode == "shadow"; });
  if (shadowed != 0) text += (text.empty() ? "" : "; ") + counted(static_cast<std::uint64_t>(shadowed), "finding") + " in shadow mode";
  if (r.client_gone) text += "; the client had gone";
  return text;
}

std::string event_line(const record& r) {
  const char* kind = r.kind == audit::record_kind::admin ? "admin" : "begun";
  const std::string decision = r.kind == audit::record_kind::exchange ? shown(r.decision) : kind;
  return "  " + padded(time_of(r), 20) + padded(decision, 8) + padded(shown(r.model_asked), 16) + ' ' + what_happened(r) + "  " +
         shown(r.id) + '\n';
}

std::string quiet_line(const record& first, const record& last, std::uint64_t count) {
  const std::string times = count == 1 ? time_of(first) : time_of(first) + " - " + time_of(last);
  return "  " + padded(times, 20) + "allow   " + counted(count, "exchange") + " passed\n";
}

// An `open` record says something only where the end is missing.
std::vector<found_record> in_order(std::vector<found_record> newest_first) {
  std::set<std::string> ended;
  for (const auto& found : newest_first) {
    if (found.value.kind == audit::record_kind::exchange) ended.insert(found.value.id);
  }
  std::erase_if(newest_first, [&](const found_record& found) {
    return found.value.kind == audit::record_kind::open && ended.contains(found.value.id);
  });
  std::reverse(newest_first.begin(), newest_first.end());
  return newest_first;
}

std::string listed(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' + shown(name);
  return text;
}

void print_summary(const std::vector<found_record>& records) {
  std::map<std::string, std::uint64_t> decisions, rules, keys;
  for (const auto& found : records) {
    const record& r = found.value;
    if (r.kind == audit::record_kind::exchange) ++decisions[r.decision];
    if (!r.key_id.empty()) ++keys[r.key_id];
    std::set<std::string> once;
    audit::for_each_facet(r, [&](const audit::facet& f) {
      if (once.emplace(f.rule).second) ++rules[std::string(f.rule)];
    });
  }
  std::cout << "From " << second_of(records.front().value.at) << " to " << second_of(records.back().value.at) << ": "
            << (decisions.empty() ? "no exchange" : listed(decisions)) << ".\n";
  if (!rules.empty()) std::cout << "Rules: " << listed(rules) << ".\n";
  if (keys.size() > 1) std::cout << "Keys: " << listed(keys) << ".\n";
}

void print_days(const std::vector<found_record>& records) {
  std::string day;
  for (std::size_t i = 0; i < records.size();) {
    const record& r = records[i].value;
    if (day_of(r) != day) std::cout << '\n' << (day = day_of(r)) << '\n';
    std::size_t end = i;
    while (end < records.size() && is_quiet(records[end].value) && day_of(records[end].value) == day) ++end;
    if (end == i) std::cout << event_line(r);
    else std::cout << quiet_line(r, records[end - 1].value, end - i);
    i = std::max(end, i + 1);
  }
}

bool names_a_subject(const audit::filter& f) {
  return !(f.id.empty() && f.key.empty() && f.team.empty() && f.user.empty() && f.conversation.empty() && f.fingerprint.empty() && f.rule.empty());
}

}  // namespace

exit_code audit_timeline(audit_request request) {
  exit_code code = exit_code::fine;
  if (!names_a_subject(request.asked)) {
    return refuse("say whose timeline: --key, --team, --user, --conversation, --fingerprint, --rule or --id");
  }
  if (!read_times(request, code)) return code;
  auto reading = open_log(request, code);
  if (!reading) return code;
  std::vector<found_record> newest_first;
  const auto read = read_pages(*reading, request, [&](const found_record& found) { newest_first.push_back(found); });
  if (!read) return refuse(read.error().detail);
  const exit_code state = tell_damage(read->troubles);
  if (newest_first.empty()) {
    refuse("no record fits", exit_code::findings);
    return state == exit_code::fine ? exit_code::findings : state;
  }
  const auto records = in_order(std::move(newest_first));
  if (request.json) {
    for (const auto& found : records) std::cout << found.line << '\n';
  } else {
    print_summary(records);
    print_days(records);
  }
  if (read->more) std::cerr << "there is more before that: --before " << *read->more << '\n';
  return state;
}

}  // namespace stoplog::cli
