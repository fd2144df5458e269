// stoplog audit replay: what another policy would have done to what was kept of
// past exchanges. It judges texts that are in the log; no model is asked.
#include "audit/escape.hpp"
#include "cli/audit_open.hpp"
#include "cli/audit_sentence.hpp"
#include "cli/recorded.hpp"
#include "cli/report.hpp"
#include "cli/sealed_texts.hpp"
#include "cli/sources.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

namespace stoplog::cli {
namespace {

using audit::found_record;
using audit::record;
using audit::shown;

constexpr std::size_t changes_shown = 50;

// The policies to replay under, each as it would have held for the exchange at
// its time.
class judges {
 public:
  judges(std::shared_ptr<const policy::policy_set> all, std::string only, policy::canaries how)
      : all_(std::move(all)), only_(std::move(only)), how_(how) {}

  std::shared_ptr<const policy::compiled_policy> of(const record& r) const {
    const policy::subject who = subject_of(r);
    return policy::applied(only_.empty() ? all_->select(who) : named(), who, r.at, how_);
  }

 private:
  std::shared_ptr<const policy::compiled_policy> named() const {
    for (const auto& each : all_->policies()) {
      if (each->name() == only_) return each;
    }
    return nullptr;
  }

  std::shared_ptr<const policy::policy_set> all_;
  std::string only_;
  policy::canaries how_;
};

struct verdict_now {
  verdict what = verdict::allow;
  std::string rule;
  std::size_t texts = 0;
  bool failed = false;  // a text could not be judged
};

verdict_now replay(const policy::compiled_policy& policy, const std::vector<sealed_text>& texts) {
  verdict_now now;
  for (const sealed_text& each : texts) {
    ++now.texts;
    const auto told = judge_text(policy, each.where, each.text);
    if (!told) {
      now.failed = true;
      continue;
    }
    if (told->verdict <= now.what) continue;
    now.what = told->verdict;
    now.rule = told->rule;
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

void one(const judges& by, const kept_texts& kept, const found_record& found, bool json, tally& sums) {
  const record& r = found.value;
  // What was refused for its kind was not decided by its text.
  const bool judged = r.decision == "allow" || r.decision == "redact" || (r.decision == "block" && r.reason.empty());
  if (r.kind != audit::record_kind::exchange || !judged) return;
  ++sums.seen;
  const auto policy = by.of(r);
  if (policy == nullptr) {
    ++sums.without_policy;
    return;
  }
  const verdict_now now = replay(*policy, kept.of(r));
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
  const log_key of_log = key_of_log(request);
  auto all = policy::policy_set::compile(std::move(read->packs), std::move(read->policies), of_log.bytes, found);
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
  const judges by(std::move(all), under, of_log.canaries());
  tally sums;
  const auto gone = read_pages(*reading, request, [&](const found_record& each) { one(by, *kept, each, request.json, sums); });
  if (!gone) return refuse(gone.error().detail);
  if (!request.json) print(sums);
  if (!of_log.known) std::cerr << "stoplog audit: " << key_unknown << '\n';
  return tell_damage(gone->troubles);
}

}  // namespace stoplog::cli
