#include "cli/rule_coverage.hpp"

#include "cli/audit_open.hpp"
#include "cli/audit_sentence.hpp"
#include "cli/effective.hpp"
#include "cli/report.hpp"
#include "policy/lint.hpp"

#include <algorithm>
#include <chrono>
#include <set>

namespace stoplog::cli {
namespace {

void add_rule(const policy::rule& r, rule_coverage& into) {
  ++into.rules;
  for (const auto& said : r.notes.frameworks) {
    const std::size_t slash = said.find('/');
    into.frameworks[said.substr(0, slash)][slash == std::string::npos ? "" : said.substr(slash + 1)].push_back(r.id);
  }
  if (r.notes.frameworks.empty()) into.without_framework.push_back(r.id);
  problems found;
  policy::lint(r, found);
  std::copy_if(found.begin(), found.end(), std::back_inserter(into.without_tests),
               [](const problem& p) { return p.code == "W301" || p.code == "W302"; });
}

std::string joined(const std::vector<std::string>& ids) {
  constexpr std::size_t shown_max = 12;
  std::string all = counted(ids.size(), "rule") + ": ";
  for (std::size_t i = 0; i < ids.size() && i < shown_max; ++i) all += (i == 0 ? "" : ", ") + ids[i];
  return ids.size() > shown_max ? all + " and " + std::to_string(ids.size() - shown_max) + " more" : all;
}

std::string age_of(const watching_rule& w, wall_time now) {
  if (!w.since) return "no match in the log";
  const auto days = std::chrono::floor<std::chrono::days>(now - *w.since).count();
  return counted(w.records, "record") + " since " + to_rfc3339(*w.since).substr(0, 10) + ", " + counted(static_cast<std::size_t>(std::max<long>(days, 0)), "day") + " ago";
}

}  // namespace

rule_coverage cover_rules(const config::documents& read, const policy::policy_set& policies) {
  rule_coverage all;
  for (const auto& pack : read.packs) {
    for (const auto& rule : pack.rules) add_rule(rule, all);
  }
  for (const auto& p : policies.policies()) {
    if (auto refused = refusals_of(p->source().parts); !refused.empty()) all.refusing.push_back({p->name(), std::move(refused)});
    for (const auto& rule : p->rules()) {
      if (rule.mode == policy::mode::shadow) all.watching.push_back({p->name(), rule.id, 0, {}});
    }
  }
  return all;
}

exit_code add_log(const audit_request& log, rule_coverage& into) {
  exit_code code = exit_code::fine;
  std::map<std::pair<std::string, std::string>, watching_rule*> known;
  for (auto& w : into.watching) known.emplace(std::pair(w.policy, w.rule), &w);
  auto reading = open_log(log, code);
  if (!reading) return code;
  audit_request all = log;
  all.limit = 100'000'000;
  const auto pages = read_pages(*reading, all, [&](const audit::found_record& found) {
    const auto& r = found.value;
    if (r.kind != audit::record_kind::exchange) return;
    std::set<watching_rule*> seen;
    for (const auto& f : r.findings) {
      const auto w = known.find({r.policy_name, f.rule});
      if (w != known.end() && f.mode == "shadow") seen.insert(w->second);
    }
    for (watching_rule* w : seen) {
      ++w->records;
      w->since = std::min(w->since.value_or(r.at), r.at);
    }
  });
  return pages ? tell_damage(pages->troubles) : refuse(pages.error().detail);
}

std::string rules_text(const rule_coverage& c, wall_time now) {
  std::string all = "Rules by framework\n";
  for (const auto& [framework, items] : c.frameworks) {
    all += "  " + framework + "\n";
    for (const auto& [item, ids] : items) all += "    " + padded(item, 16) + "  " + joined(ids) + "\n";
  }
  if (!c.without_framework.empty()) all += "  of no framework     " + joined(c.without_framework) + "\n";
  all += "\nWhat tests leave open\n";
  for (const auto& p : c.without_tests) all += "  " + p.place.file + ":" + std::to_string(p.place.line) + ": " + p.message + "\n";
  if (c.without_tests.empty()) all += "  nothing: each of " + counted(c.rules, "rule") + " has a match in every direction and a near miss\n";
  all += "\nRules that only watch\n";
  for (const auto& w : c.watching) all += "  " + w.policy + "  " + w.rule + "  " + age_of(w, now) + "\n";
  if (c.watching.empty()) all += "  none\n";
  all += "\nWhat policies refuse unread\n";
  for (const auto& r : c.refusing) all += "  " + r.policy + "  " + r.refused + "\n";
  return c.refusing.empty() ? all + "  nothing: opaque parts pass and are recorded, what is unknown is scanned\n" : all;
}

std::string rules_json(const rule_coverage& c) {
  json::writer out;
  const auto list = [&](std::string_view name, const std::vector<std::string>& ids) {
    out.key(name).begin_array();
    for (const auto& id : ids) out.string(id);
    out.end_array();
  };
  out.begin_object().member("rules", static_cast<std::int64_t>(c.rules)).key("frameworks").begin_object();
  for (const auto& [framework, items] : c.frameworks) {
    out.key(framework).begin_object();
    for (const auto& [item, ids] : items) list(item, ids);
    out.end_object();
  }
  out.end_object();
  list("without_framework", c.without_framework);
  out.key("without_tests");
  add_problems(out, c.without_tests);
  out.key("watching").begin_array();
  for (const auto& w : c.watching) {
    out.begin_object().member("policy", w.policy).member("rule", w.rule).member("records", static_cast<std::int64_t>(w.records));
    if (w.since) out.member("since", to_rfc3339(*w.since));
    out.end_object();
  }
  out.end_array().key("refusing").begin_array();
  for (const auto& r : c.refusing) out.begin_object().member("policy", r.policy).member("refused", r.refused).end_object();
  return out.end_array().end_object().take() + '\n';
}

}  // namespace stoplog::cli
