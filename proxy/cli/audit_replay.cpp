// stoplog audit replay: what another policy would have done to what was kept of
// past exchanges. It judges texts that are in the log; no model is asked.
#include "audit/escape.hpp"
#include "cli/audit_open.hpp"
#include "cli/audit_sentence.hpp"
#include "cli/effective.hpp"
#include "cli/report.hpp"
#include "cli/sealed_texts.hpp"
#include "cli/sources.hpp"
#include "cli/story.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

namespace stoplog::cli {
namespace {

using audit::found_record;
using audit::record;
using audit::shown;

constexpr std::string_view any_key = "replay-makes-no-fingerprints";
constexpr std::size_t changes_shown = 50;

// The policies to replay under, with the rules of each.
class judges {
 public:
  judges(config::documents from, std::shared_ptr<const policy::policy_set> all, std::string only)
      : from_(std::move(from)), all_(std::move(all)), only_(std::move(only)) {}

  std::shared_ptr<const policy::compiled_policy> of(const record& r) const {
    if (only_.empty()) return all_->select({r.route, r.team, r.key_id, r.model_asked, r.endpoint, {}});
    for (const auto& each : all_->policies()) {
      if (each->name() == only_) return each;
    }
    return nullptr;
  }

  result<story> judge(const policy::compiled_policy& by, surface where, std::string_view text) {
    auto& rules = rules_[&by];
    if (rules.empty()) {
      problems told_already;
      rules = effective_rules(by.source(), from_.packs, places_, told_already);
    }
    return tell(by, rules, where, text);
  }

 private:
  config::documents from_;
  std::shared_ptr<const policy::policy_set> all_;
  std::string only_;
  written_places places_;
  std::map<const policy::compiled_policy*, std::vector<effective_rule>> rules_;
};

struct verdict_now {
  verdict what = verdict::allow;
  std::string rule;
  std::size_t texts = 0;
  bool failed = false;  // a text could not be judged
};

verdict_now replay(judges& by, const policy::compiled_policy& policy, const std::vector<sealed_text>& texts) {
  verdict_now now;
  for (const sealed_text& each : texts) {
    ++now.texts;
    const auto told = by.judge(policy, each.where, each.text);
    if (!told) {
      now.failed = true;
      continue;
    }
    if (told->verdict <= now.what) continue;
    now.what = told->verdict;
    now.rule = told->decided_by;
  }
  return now;
}

struct tally {
  std::size_t seen = 0, replayed = 0, without_text = 0, without_policy = 0, failed = 0, whole = 0;
  std::map<std::string, std::size_t> ways;  // "block -> allow"
  std::vector<std::string> changes;
};

void add_json(const found_record& found, const verdict_now& now) {
  json::writer to;
  to.begin_object().member("seq", static_cast<std::int64_t>(found.seq)).key("id");
  std::string id;
  audit::append_json_text(id, found.value.id);
  to.raw(id).member("was", found.value.decision).member("now", to_string(now.what)).member("rule", now.rule);
  to.member("texts", static_cast<std::int64_t>(now.texts)).member("judged", !now.failed).end_object();
  std::cout << to.take() << '\n';
}

void one(judges& by, const kept_texts& kept, const found_record& found, bool json, tally& sums) {
  const record& r = found.value;
  const bool judged = r.decision == "allow" || r.decision == "redact" || r.decision == "block";
  if (r.kind != audit::record_kind::exchange || !judged) return;
  ++sums.seen;
  const auto policy = by.of(r);
  if (policy == nullptr) {
    ++sums.without_policy;
    return;
  }
  const auto texts = kept.of(r);
  const verdict_now now = replay(by, *policy, texts);
  if (now.texts == 0) {
    ++sums.without_text;
    return;
  }
  ++sums.replayed;
  if (r.content.mode == "full" || r.content.mode == "redacted") ++sums.whole;
  if (now.failed) ++sums.failed;
  if (json) return add_json(found, now);
  const std::string is = std::string(to_string(now.what));
  ++sums.ways[r.decision == is ? is + ", as before" : r.decision + " -> " + is];
  if (r.decision == is || sums.changes.size() >= changes_shown) return;
  sums.changes.push_back("  " + second_of(r.at) + "  " + shown(r.decision) + " -> " + is + "  " + shown(r.rule) + " -> " +
                         (now.rule.empty() ? "no rule" : shown(now.rule)) + "  " + shown(r.id) + '\n');
}

void print(const tally& sums) {
  std::cout << counted(sums.seen, "exchange") << ": " << sums.replayed << " replayed, " << sums.without_text
            << " without kept text, " << sums.without_policy << " that no policy here takes.\n";
  for (const auto& [way, count] : sums.ways) std::cout << "  " << count << ' ' << way << '\n';
  if (sums.failed != 0) std::cout << "  " << sums.failed << " of them had a text that could not be judged\n";
  if (sums.replayed != sums.whole) std::cout << "Only excerpts were kept of some: a rule that needs more of the text than that cannot match here.\n";
  if (!sums.changes.empty()) std::cout << "\nWhat changed\n";
  for (const auto& each : sums.changes) std::cout << each;
}

}  // namespace

exit_code audit_replay(audit_request request, const std::vector<std::string>& paths, const std::string& under, const std::string& key) {
  exit_code code = exit_code::fine;
  if (!read_times(request, code)) return code;
  problems found;
  auto read = read_sources(paths, found);
  if (!read) return exit_code::usage;
  auto all = policy::policy_set::compile(read->packs, read->policies, any_key, found);
  if (all == nullptr || has_errors(found)) {
    paper err(std::cerr);
    print_problems(err, found, read->texts);
    return exit_code::not_loaded;
  }
  const auto named = [&](const auto& each) { return each->name() == under; };
  const auto policies = all->policies();
  if (!under.empty() && std::none_of(policies.begin(), policies.end(), named)) return refuse("no policy here has the name " + shown(under));
  auto reading = open_log(request, code);
  if (!reading) return code;
  const auto kept = kept_texts::open(request, key, "audit replay", code);
  if (!kept) return code;
  judges by(std::move(*read), std::move(all), under);
  tally sums;
  const auto gone = read_pages(*reading, request, [&](const found_record& each) { one(by, *kept, each, request.json, sums); });
  if (!gone) return refuse(gone.error().detail);
  if (!request.json) print(sums);
  return tell_damage(gone->troubles);
}

}  // namespace stoplog::cli
