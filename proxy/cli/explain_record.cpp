#include "cli/explain_record.hpp"

#include "audit/escape.hpp"
#include "audit/query.hpp"
#include "audit/timestamp.hpp"
#include "cli/audit_open.hpp"
#include "cli/audit_sentence.hpp"
#include "cli/audit_view.hpp"
#include "cli/recorded.hpp"
#include "cli/report.hpp"
#include "cli/sealed_texts.hpp"
#include "cli/sources.hpp"
#include "match/stream.hpp"
#include "policy/spec.hpp"

#include <algorithm>
#include <iostream>
#include <map>

namespace stoplog::cli {
namespace {

// What a finding of then is today.
struct today {
  const audit::finding* then;
  const policy::active_rule* rule = nullptr;  // none: the policy of today has it not, or it is off
  bool captured = false;
  bool matches = false;
  verdict does = verdict::allow;              // a match of it, to this exchange
  const policy::exception* excuse = nullptr;
  const policy::exception* lapsed = nullptr;
};

bool still_matches(const policy::compiled_policy& by, std::uint32_t rule, surface where, std::string_view text) {
  match::stream stream(by.database(), where, by.muted(where.direction));
  if (!stream.feed(text, true)) return false;
  return std::any_of(stream.findings().begin(), stream.findings().end(), [&](const auto& m) { return m.rule == rule; });
}

// Of the texts that were kept those that a finding may stand in: its excerpt, or
// the whole text of its place. How it was decoded stands behind the path.
bool is_text_of(const sealed_text& kept, const audit::finding& f, surface where) {
  const bool same_path = f.path == kept.path || f.path.starts_with(kept.path + ' ');
  return kept.where == where && same_path && (kept.rule.empty() || kept.rule == f.rule);
}

today judge_again(const audit::finding& f, const std::vector<sealed_text>& kept, const policy::compiled_policy& by) {
  today one{&f};
  const auto where = surface_of(f);
  for (std::uint32_t i = 0; i < by.rules().size(); ++i) {
    if (by.rules()[i].id != f.rule || !where) continue;
    one.rule = &by.rules()[i];
    one.does = by.effect(i, where->direction);
    one.excuse = by.excuse(i, where->direction);
    one.lapsed = by.lapsed_excuse(i, where->direction);
    for (const sealed_text& text : kept) {
      if (!is_text_of(text, f, *where)) continue;
      one.captured = true;
      one.matches = one.matches || still_matches(by, i, *where, text.text);
    }
  }
  return one;
}

std::vector<today> judge_again(const audit::record& r, const std::vector<sealed_text>& kept, const policy::compiled_policy& by) {
  std::vector<today> all;
  for (const auto& f : r.findings) all.push_back(judge_again(f, kept, by));
  return all;
}

std::string end_of(const policy::exception& x) { return to_rfc3339(x.expires).substr(0, 19) + "Z"; }

// The mode, and why a match does more or less than it says.
std::string effect_of(const today& t, policy::canaries how) {
  const policy::active_rule& r = *t.rule;
  std::string all = "mode " + std::string(to_string(r.mode));
  if (r.mode == policy::mode::canary) all += " for " + std::to_string(r.percent) + " of a hundred";
  if (t.excuse != nullptr) return all + ", excused by " + t.excuse->id + " until " + end_of(*t.excuse) + ": recorded only";
  if (r.mode == policy::mode::canary && how == policy::canaries::drawn && policy::effect_of(r.action, r.mode) != verdict::allow) {
    all += t.does == verdict::allow ? ", and this is not among them" : ", and this is among them";
  }
  all += t.does == verdict::allow ? ": recorded only" : ": " + std::string(to_string(t.does));
  return t.lapsed == nullptr ? all : all + "; " + t.lapsed->id + " would excuse it, but expired at " + end_of(*t.lapsed);
}

std::string sentence_of(const today& t, policy::canaries how) {
  if (t.rule == nullptr) return "does not run any more";
  const std::string effect = effect_of(t, how);
  if (!t.captured) return "runs in " + effect + "; its text was not captured, so it cannot be judged again";
  return std::string(t.matches ? "still matches what was captured" : "does not match any more what was captured") + ", in " + effect;
}

// Of every kind that the record has: whether it is refused now.
std::map<std::string, bool> opaque_now(const audit::record& r, const policy::compiled_policy& by) {
  std::map<std::string, bool> kinds;
  for (const audit::coverage* each : {&r.request_coverage, &r.response_coverage}) {
    for (const audit::opaque& part : each->opaque_parts) kinds.emplace(part.kind, by.source().parts.refuses_opaque(part.kind));
  }
  return kinds;
}

void print_human(const audit::found_record& found, const policy::compiled_policy* by, const std::vector<today>& all, policy::canaries how, bool reveal) {
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
  for (const auto& [kind, refused] : opaque_now(found.value, *by)) std::cout << "  " << audit::shown(kind) << (refused ? " parts are refused\n" : " parts pass unread\n");
  if (found.value.reason == policy::unknown_refused) {
    const auto way = direction_from(found.value.stage).value_or(direction::request);
    std::cout << "  what is not known in a " << to_string(way) << (by->source().parts.refuses_unknown(way) ? " is refused\n" : " is scanned\n");
  }
  for (const today& t : all) std::cout << "  " << audit::shown(t.then->rule) << ' ' << sentence_of(t, how) << '\n';
  if (all.empty()) std::cout << "  nothing had been found, so there is nothing to judge again\n";
}

void print_json(const audit::found_record& found, const policy::compiled_policy* by, const std::vector<today>& all) {
  json::writer out;
  out.begin_object().member("id", found.value.id).member("sentence", sentence(found.value)).member("decision", found.value.decision);
  out.member("rule", found.value.rule).member("policy_then", found.value.policy_digest);
  out.member("policy_now", by == nullptr ? std::string() : by->digest()).key("opaque_now").begin_object();
  if (by != nullptr) {
    for (const auto& [kind, refused] : opaque_now(found.value, *by)) out.member(kind, refused ? "refuse" : "allow");
  }
  out.end_object().key("findings").begin_array();
  for (const today& t : all) {
    out.begin_object().member("rule", t.then->rule).member("mode_then", t.then->mode).member("captured", t.captured);
    out.member("runs_now", t.rule != nullptr).member("mode_now", t.rule == nullptr ? std::string_view() : to_string(t.rule->mode));
    out.member("matches_now", t.matches).member("enforced_now", to_string(t.matches ? t.does : verdict::allow));
    if (t.excuse != nullptr) out.member("exception_now", t.excuse->id);
    if (t.lapsed != nullptr) out.member("lapsed_exception_now", t.lapsed->id);
    out.end_object();
  }
  std::cout << out.end_array().end_object().take() << '\n';
}

}  // namespace

exit_code explain_record(const record_question& asked) {
  exit_code code = exit_code::fine;
  const auto found = one_record(asked.log, code);
  if (!found) return code;
  std::vector<std::string> paths = asked.paths;
  if (paths.empty() && !asked.log.config.empty()) paths.push_back(asked.log.config);
  problems wrong;
  const auto read = read_sources(paths, wrong);
  if (!read) return exit_code::usage;
  const log_key key = key_of_log(asked.log);
  const auto all = policy::policy_set::compile(read->packs, read->policies, key.bytes, wrong);
  if (all == nullptr) {
    paper err(std::cerr);
    print_problems(err, wrong, read->texts);
    return code_of_errors(wrong);
  }
  const auto& r = found->value;
  const auto kept = kept_texts::open(asked.log, asked.responder_key, "explain", code);
  if (!kept) return code;
  const policy::subject who = subject_of(r);
  const auto by = policy::applied(all->select(who), who, asked.at, key.canaries());
  const auto again = by == nullptr ? std::vector<today>{} : judge_again(r, kept->of(r), *by);
  asked.json ? print_json(*found, by.get(), again) : print_human(*found, by.get(), again, key.canaries(), asked.reveal);
  if (!key.known) std::cerr << "stoplog explain: " << key_unknown << '\n';
  return code;
}

}  // namespace stoplog::cli
