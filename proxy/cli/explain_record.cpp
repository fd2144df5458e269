#include "cli/explain_record.hpp"

#include "audit/escape.hpp"
#include "audit/query.hpp"
#include "cli/audit_open.hpp"
#include "cli/audit_sentence.hpp"
#include "cli/audit_view.hpp"
#include "cli/report.hpp"
#include "cli/sources.hpp"
#include "match/stream.hpp"
#include "policy/compiled.hpp"

#include <algorithm>
#include <iostream>
#include <set>

namespace stoplog::cli {
namespace {

// The key is not used: explain makes no fingerprints.
constexpr std::string_view any_key = "explain-makes-no-fingerprints";

// What a finding of then is today.
struct today {
  const audit::finding* then;
  bool captured = false;
  bool rule_runs = false;  // the policy of today has it and it is not off
  bool matches = false;
  std::string mode;
};

// The one record that tells how it ended; nothing after a complaint.
std::optional<audit::found_record> find_record(const record_question& asked, exit_code& code) {
  auto reading = open_log(asked.log, code);
  if (!reading) return std::nullopt;
  audit::filter wanted;
  wanted.id = asked.log.id;
  auto page = reading->find(wanted, page_records);
  if (!page) {
    code = refuse(page.error().detail);
    return std::nullopt;
  }
  std::set<std::string> ids;
  for (const auto& r : page->records) ids.insert(r.value.id);
  if (ids.size() != 1) {
    const std::string id = audit::shown(asked.log.id);
    code = ids.empty() ? refuse("no record has an id that begins with " + id, exit_code::findings) : refuse("more than one id begins with " + id);
    return std::nullopt;
  }
  code = tell_damage(page->troubles);
  const auto ended = std::find_if(page->records.begin(), page->records.end(), [](const auto& r) { return r.value.kind == audit::record_kind::exchange; });
  return ended == page->records.end() ? page->records.front() : *ended;
}

bool still_matches(const policy::compiled_policy& by, std::uint32_t rule, const audit::finding& f) {
  const auto way = direction_from(f.direction);
  const auto speaker = role_from(f.role);
  const auto where = channel_from(f.channel);
  if (!way || !speaker || !where) return false;
  match::stream stream(by.database(), {*way, *speaker, *where});
  if (!stream.feed(f.excerpt, true)) return false;
  return std::any_of(stream.findings().begin(), stream.findings().end(), [&](const auto& m) { return m.rule == rule; });
}

std::vector<today> judge_again(const audit::record& r, const policy::compiled_policy& by) {
  std::vector<today> all;
  for (const auto& f : r.findings) {
    today one{&f, !f.excerpt.empty(), false, false, {}};
    for (std::uint32_t i = 0; i < by.rules().size(); ++i) {
      if (by.rules()[i].id != f.rule) continue;
      one.rule_runs = true;
      one.mode = to_string(by.rules()[i].mode);
      one.matches = one.captured && still_matches(by, i, f);
    }
    all.push_back(std::move(one));
  }
  return all;
}

std::string sentence_of(const today& t) {
  if (!t.rule_runs) return "does not run any more";
  if (!t.captured) return "runs in mode " + t.mode + "; its text was not captured, so it cannot be judged again";
  return std::string(t.matches ? "still matches what was captured" : "does not match any more what was captured") + ", in mode " + t.mode;
}

void print_human(const audit::found_record& found, const policy::compiled_policy* by, const std::vector<today>& all, bool reveal) {
  audit::found_record shown_record = found;
  if (!reveal) {
    for (auto& f : shown_record.value.findings) f.excerpt.clear();
  }
  std::cout << full_view(shown_record) << "\nUnder the policies here now\n";
  if (by == nullptr) {
    std::cout << "  no policy takes such a request any more: it would be refused\n";
    return;
  }
  const bool same = by->digest() == found.value.policy_digest;
  std::cout << "  policy " << by->name() << ' ' << by->version() << (same ? ", the same as then\n" : ", which is not the one of then\n");
  for (const today& t : all) std::cout << "  " << audit::shown(t.then->rule) << ' ' << sentence_of(t) << '\n';
  if (all.empty()) std::cout << "  nothing had been found, so there is nothing to judge again\n";
}

void print_json(const audit::found_record& found, const policy::compiled_policy* by, const std::vector<today>& all) {
  json::writer out;
  out.begin_object().member("id", found.value.id).member("sentence", sentence(found.value)).member("decision", found.value.decision);
  out.member("rule", found.value.rule).member("policy_then", found.value.policy_digest);
  out.member("policy_now", by == nullptr ? std::string() : by->digest()).key("findings").begin_array();
  for (const today& t : all) {
    out.begin_object().member("rule", t.then->rule).member("mode_then", t.then->mode).member("captured", t.captured);
    out.member("runs_now", t.rule_runs).member("mode_now", t.mode).member("matches_now", t.matches).end_object();
  }
  std::cout << out.end_array().end_object().take() << '\n';
}

}  // namespace

exit_code explain_record(const record_question& asked) {
  exit_code code = exit_code::fine;
  const auto found = find_record(asked, code);
  if (!found) return code;
  std::vector<std::string> paths = asked.paths;
  if (paths.empty() && !asked.log.config.empty()) paths.push_back(asked.log.config);
  problems wrong;
  const auto read = read_sources(paths, wrong);
  if (!read) return exit_code::usage;
  const auto all = policy::policy_set::compile(read->packs, read->policies, any_key, wrong);
  if (all == nullptr) {
    paper err(std::cerr);
    print_problems(err, wrong, read->texts);
    return code_of_errors(wrong);
  }
  const auto& r = found->value;
  const auto by = all->select({r.route, r.team, r.key_id, r.model_asked, r.endpoint, {}});
  const auto again = by == nullptr ? std::vector<today>{} : judge_again(r, *by);
  asked.json ? print_json(*found, by.get(), again) : print_human(*found, by.get(), again, asked.reveal);
  return code;
}

}  // namespace stoplog::cli
