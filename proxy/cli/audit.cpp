// stoplog audit: reading the audit log.
#include "cli/audit_content.hpp"
#include "cli/audit_proof.hpp"
#include "cli/audit_read.hpp"
#include "cli/verbs.hpp"

#include <csignal>
#include <ctime>
#include <map>
#include <memory>
#include <string>

namespace stoplog::cli {
namespace {

constexpr long look_every_ns = 200'000'000;
constexpr std::size_t tail_records = 20;
constexpr std::size_t query_records = 100;
constexpr std::size_t timeline_records = 1000;
constexpr std::size_t export_records = 100'000'000;

// Waits between two looks, or until somebody wants to stop. The signals are
// taken here and not by a handler, so that the last line is whole.
class interruptible {
 public:
  interruptible() {
    sigemptyset(&stops_);
    sigaddset(&stops_, SIGINT);
    sigaddset(&stops_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stops_, &before_);
  }
  ~interruptible() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  interruptible(const interruptible&) = delete;
  interruptible& operator=(const interruptible&) = delete;

  bool pause() const {
    const timespec moment{0, look_every_ns};
    return sigtimedwait(&stops_, nullptr, &moment) < 0;
  }

 private:
  sigset_t stops_{};
  sigset_t before_{};
};

using shared_request = std::shared_ptr<audit_request>;

void add_filters(CLI::App& verb, const shared_request& request) {
  audit::filter& f = request->asked;
  verb.add_option("--id", f.id, "A decision id or its beginning");
  verb.add_option("--kind", f.kind)->check(CLI::IsMember({"exchange", "open", "admin", "checkpoint"}));
  verb.add_option("--key", f.key, "A client's key id");
  verb.add_option("--team", f.team);
  verb.add_option("--user", f.user, "An end user's pseudonym, as records show it");
  verb.add_option("--conversation", f.conversation, "A conversation's pseudonym, as records show it");
  verb.add_option("--route", f.route);
  verb.add_option("--endpoint", f.endpoint);
  verb.add_option("--model", f.model, "The model asked for, or the one that answered");
  verb.add_option("--decision", f.decision)->check(CLI::IsMember({"allow", "opaque", "redact", "block", "refuse", "error"}));
  verb.add_option("--status", f.status, "The HTTP status sent");
  verb.add_option("--rule", f.rule, "This and the next four must hold for one and the same finding");
  verb.add_option("--category", f.category);
  verb.add_option("--severity", f.severity)->check(CLI::IsMember({"info", "low", "medium", "high", "critical"}));
  verb.add_option("--mode", f.mode)->check(CLI::IsMember({"enforce", "canary", "shadow"}));
  verb.add_option("--fingerprint", f.fingerprint, "Of the matched text");
  verb.add_option("--policy", f.policy_digest, "A policy digest or its beginning");
  verb.add_option("--since", request->since, "2026-11-23T08:15:30Z, or how long ago: 15m, 2h, 7d");
  verb.add_option("--until", request->until, "The same; this time itself is not included");
}

void add_cursors(CLI::App& verb, const shared_request& request) {
  auto* before = verb.add_option("--before", request->before, "Only records with a smaller number: the next page");
  verb.add_option("--after", request->after, "Only records with a greater number, oldest first")->excludes(before);
}

void add_tail(CLI::App& audit, exit_code& code) {
  auto* verb = audit.add_subcommand("tail", "The latest records, oldest first");
  auto request = std::make_shared<audit_request>();
  request->limit = tail_records;
  add_place(*verb, request);
  add_filters(*verb, request);
  verb->add_option("-n,--lines", request->limit, "How many; default 20")->check(CLI::Range(1, 10'000));
  verb->add_flag("-f,--follow", request->follow, "Go on with new records until interrupted");
  verb->callback([request, &code] {
    if (!request->follow) {
      code = audit_tail(*request, [] { return false; });
      return;
    }
    const interruptible until_stopped;
    code = audit_tail(*request, [&] { return until_stopped.pause(); });
  });
}

void add_query(CLI::App& audit, exit_code& code) {
  auto* verb = audit.add_subcommand("query", "The records that fit, newest first");
  auto request = std::make_shared<audit_request>();
  request->limit = query_records;
  add_place(*verb, request);
  add_filters(*verb, request);
  verb->add_option("--limit", request->limit, "How many; default 100")->check(CLI::Range(1, 100'000'000));
  add_cursors(*verb, request);
  verb->callback([request, &code] { code = audit_query(*request); });
}

void add_show(CLI::App& audit, exit_code& code) {
  auto* verb = audit.add_subcommand("show", "One record: what happened, in a sentence and in full");
  auto request = std::make_shared<audit_request>();
  add_place(*verb, request);
  verb->add_option("ID", request->id, "The decision id that the client saw, or its beginning")->required();
  verb->callback([request, &code] { code = audit_show(*request); });
}

void add_timeline(CLI::App& audit, exit_code& code) {
  auto* verb = audit.add_subcommand("timeline", "One client, conversation or text over time, on one page");
  auto request = std::make_shared<audit_request>();
  request->limit = timeline_records;
  add_place(*verb, request);
  add_filters(*verb, request);
  verb->add_option("--limit", request->limit, "How many records at the most, the newest; default 1000")->check(CLI::Range(1, 100'000));
  verb->add_option("--before", request->before, "Only records with a smaller number: what came earlier");
  verb->callback([request, &code] { code = audit_timeline(*request); });
}

void add_export(CLI::App& audit, exit_code& code) {
  auto* verb = audit.add_subcommand("export", "Records for other programs, on stdout, oldest first");
  auto request = std::make_shared<audit_request>();
  auto format = std::make_shared<export_format>(export_format::jsonl);
  request->limit = export_records;
  request->after = 0;
  add_place(*verb, request);
  add_filters(*verb, request);
  const std::map<std::string, export_format> formats{
      {"jsonl", export_format::jsonl}, {"csv", export_format::csv}, {"ocsf", export_format::ocsf}};
  verb->add_option("--format", *format, "jsonl (default): as in the log; csv: for spreadsheets; ocsf: OCSF 1.8 API Activity")
      ->transform(CLI::CheckedTransformer(formats));
  verb->add_option("--limit", request->limit, "How many; default: all")->check(CLI::Range(1, 100'000'000));
  verb->add_option("--after", request->after, "Only records with a greater number: go on where an export ended");
  verb->callback([request, format, &code] { code = audit_export(*request, *format); });
}

void add_replay(CLI::App& audit, exit_code& code) {
  auto* verb = audit.add_subcommand("replay", "What other policies would have done to what was kept of past exchanges");
  auto request = std::make_shared<audit_request>();
  auto paths = std::make_shared<std::vector<std::string>>();
  auto under = std::make_shared<std::string>();
  auto key = std::make_shared<std::string>();
  request->limit = export_records;
  request->after = 0;
  add_place(*verb, request);
  add_filters(*verb, request);
  verb->add_option("PATH", *paths, "Packs and policies, files or folders; default: policies rules");
  verb->add_option("--under", *under, "Judge under the policy of this name, whomever it is for");
  verb->add_option("--responder-key", *key, "A responder's private key: sealed texts are judged too, and that goes on record");
  verb->add_option("--limit", request->limit, "How many records; default: all")->check(CLI::Range(1, 100'000'000));
  verb->callback([request, paths, under, key, &code] { code = audit_replay(*request, *paths, *under, *key); });
}

}  // namespace

void add_place(CLI::App& verb, const std::shared_ptr<audit_request>& request) {
  auto* place = verb.add_option_group("where the log is");
  place->add_option("--config", request->config, "The settings file that names it");
  place->add_option("--directory", request->directory, "Its folder");
  place->require_option(1);
  verb.add_option_function<std::string>("-o,--output", [request](const std::string& how) { request->json = how == "json"; },
                                        "human or json: the records as they stand in the log, one a line")
      ->check(CLI::IsMember({"human", "json"}));
}

void add_audit(CLI::App& program, exit_code& code) {
  auto* audit = program.add_subcommand("audit", "Read and prove the audit log");
  audit->require_subcommand(1);
  add_tail(*audit, code);
  add_query(*audit, code);
  add_show(*audit, code);
  add_audit_proof(*audit, code);
  add_timeline(*audit, code);
  add_export(*audit, code);
  add_replay(*audit, code);
  add_audit_content(*audit, code);
}

}  // namespace stoplog::cli
