// stoplog diff: what a change of packs and policies changes, and what it does to
// traffic.
#include "cli/audit_open.hpp"
#include "cli/difference.hpp"
#include "cli/effect.hpp"
#include "cli/report.hpp"
#include "cli/sources.hpp"
#include "cli/verbs.hpp"

#include <fstream>
#include <iostream>
#include <memory>

namespace stoplog::cli {
namespace {

struct options {
  std::string before, after;
  std::vector<std::string> with;   // on both sides
  std::string traffic, output = "human";
  std::string responder_key;       // of a private key; empty: only what stands in the records
  audit_request log;
  policy::subject who;
  bool reveal = false, tell_by_code = false;
};

struct side {
  config::documents read;
  std::shared_ptr<const policy::policy_set> policies;
};

std::optional<side> load_side(const std::string& path, const options& asked, const log_key& key, exit_code& code) {
  std::vector<std::string> paths = asked.with;
  paths.insert(paths.begin(), path);
  problems found;
  auto read = read_sources(paths, found);
  if (!read) {
    code = exit_code::usage;
    return std::nullopt;
  }
  auto policies = policy::policy_set::compile(read->packs, read->policies, key.bytes, found);
  if (policies == nullptr || has_errors(found)) {
    paper err(std::cerr);
    print_problems(err, found, read->texts);
    code = code_of_errors(found);
    return std::nullopt;
  }
  return side{std::move(*read), std::move(policies)};
}

exit_code complain(const std::string& why, exit_code code = exit_code::usage) {
  std::cerr << "stoplog diff: " << why << '\n';
  return code;
}

// Fills `into` from the file or the log, whichever was named.
exit_code measure(const options& asked, const log_key& key, effect& into) {
  if (!asked.traffic.empty()) {
    std::ifstream file;
    if (asked.traffic != "-") file.open(asked.traffic, std::ios::binary);
    if (asked.traffic != "-" && !file) return complain(asked.traffic + " cannot be read");
    const std::string wrong = into.add_lines(asked.traffic == "-" ? std::cin : file, asked.traffic == "-" ? "stdin" : asked.traffic);
    return wrong.empty() ? exit_code::fine : complain(wrong);
  }
  exit_code code = exit_code::fine;
  audit_request request = asked.log;
  request.limit = 100'000'000;
  if (!read_times(request, code)) return code;
  auto reading = open_log(request, code);
  if (!reading) return code;
  const auto kept = kept_texts::open(request, asked.responder_key, "diff", code);
  if (!kept) return code;
  const auto pages = read_pages(*reading, request, [&](const audit::found_record& found) {
    into.add_record(found.value, kept->of(found.value), key.canaries());
  });
  if (!pages) return complain(pages.error().detail);
  return tell_damage(pages->troubles);
}

tone tone_of(const std::string& how) { return how.starts_with("added") ? tone::good : how == "removed" ? tone::bad : tone::plain; }

void print_changes(paper& out, const std::vector<change>& all) {
  if (all.empty()) out.write("Nothing has changed in packs and policies.\n");
  std::string of;
  for (const change& c : all) {
    if (c.of != of) out.write(c.of + "\n");
    of = c.of;
    out.write("  " + (c.what.empty() ? "" : c.what + ": ")).write(c.how, tone_of(c.how));
    out.write("  " + c.place.file + ":" + std::to_string(c.place.line) + "\n", tone::quiet);
  }
}

void print_counts(paper& out, const std::map<std::string, std::size_t>& counts, const char* what) {
  for (const auto& [name, n] : counts) out.write(std::string("    ") + what + name + ": " + std::to_string(n) + "\n");
}

std::string shown(std::string_view text) {
  constexpr std::size_t bytes_max = 300;
  std::string out;
  for (const char c : text.substr(0, bytes_max)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return text.size() > bytes_max ? out + " ..." : out;
}

void print_effect(paper& out, const effect& e, bool reveal) {
  out.write("\nEffect on " + counted(e.texts(), "text", "texts") + "\n");
  out.write("  newly blocked: " + std::to_string(e.newly_blocked()) + "\n", e.newly_blocked() == 0 ? tone::plain : tone::warning);
  print_counts(out, e.newly_blocked_of_label(), "of those labelled ");
  print_counts(out, e.newly_blocked_by(), "by ");
  out.write("  newly allowed: " + std::to_string(e.newly_allowed()) + "\n", e.newly_allowed() == 0 ? tone::plain : tone::warning);
  print_counts(out, e.newly_allowed_by(), "blocked before by ");
  out.write("  newly redacted: " + std::to_string(e.count(verdict::allow, verdict::redact)) +
            ", no longer redacted: " + std::to_string(e.count(verdict::redact, verdict::allow)) + "\n");
  if (e.skipped() != 0) out.write("  not judged, as no policy takes them or they cannot be read: " + std::to_string(e.skipped()) + "\n", tone::warning);
  for (const example& x : e.examples()) {
    out.write("  " + x.where + ": " + std::string(to_string(x.before.verdict)) + " -> " + std::string(to_string(x.after.verdict)) +
              (x.after.rule.empty() ? "" : " by " + x.after.rule) + "\n", tone::quiet);
    if (reveal) out.write("    " + shown(x.text) + "\n");
  }
}

void add_counts(json::writer& to, std::string_view name, const std::map<std::string, std::size_t>& counts) {
  to.key(name).begin_object();
  for (const auto& [key, n] : counts) to.member(key, static_cast<std::int64_t>(n));
  to.end_object();
}

void add_effect(json::writer& to, const effect& e, bool reveal) {
  to.key("effect").begin_object().member("texts", static_cast<std::int64_t>(e.texts())).member("not_judged", static_cast<std::int64_t>(e.skipped()));
  to.member("newly_blocked", static_cast<std::int64_t>(e.newly_blocked())).member("newly_allowed", static_cast<std::int64_t>(e.newly_allowed()));
  to.member("newly_redacted", static_cast<std::int64_t>(e.count(verdict::allow, verdict::redact)));
  to.member("no_longer_redacted", static_cast<std::int64_t>(e.count(verdict::redact, verdict::allow)));
  add_counts(to, "newly_blocked_by", e.newly_blocked_by());
  add_counts(to, "newly_blocked_of_label", e.newly_blocked_of_label());
  add_counts(to, "newly_allowed_by", e.newly_allowed_by());
  to.key("examples").begin_array();
  for (const example& x : e.examples()) {
    to.begin_object().member("where", x.where).member("before", to_string(x.before.verdict)).member("after", to_string(x.after.verdict));
    to.member("rule_before", x.before.rule).member("rule_after", x.after.rule);
    if (reveal) to.member("text", x.text);
    to.end_object();
  }
  to.end_array().end_object();
}

void print_json(const std::vector<change>& changes, const effect* e, bool reveal) {
  json::writer out;
  out.begin_object().key("changes").begin_array();
  for (const change& c : changes) {
    out.begin_object().member("of", c.of).member("what", c.what).member("how", c.how);
    out.member("file", c.place.file).member("line", std::int64_t{c.place.line}).end_object();
  }
  out.end_array();
  if (e != nullptr) add_effect(out, *e, reveal);
  std::cout << out.end_object().take() << '\n';
}

exit_code diff(const options& asked) {
  exit_code code = exit_code::fine;
  const bool of_log = !asked.log.config.empty() || !asked.log.directory.empty();
  // Of a file nobody knows in whose canary it would be: another draw is as good.
  const log_key key = of_log ? key_of_log(asked.log) : log_key{"drawn-for-this-comparison", true};
  const auto before = load_side(asked.before, asked, key, code);
  if (!before) return code;
  const auto after = load_side(asked.after, asked, key, code);
  if (!after) return code;
  const auto changes = differences(before->read, after->read);
  effect seen(before->policies, after->policies, asked.who);
  const bool measured = !asked.traffic.empty() || of_log;
  if (measured) {
    code = measure(asked, key, seen);
    if (code != exit_code::fine && code != exit_code::integrity) return code;
  }
  if (asked.output == "json") {
    print_json(changes, measured ? &seen : nullptr, asked.reveal);
  } else {
    paper out(std::cout);
    print_changes(out, changes);
    if (measured) print_effect(out, seen, asked.reveal);
    if (!key.known) out.write(std::string(key_unknown) + "\n", tone::warning);
  }
  if (code != exit_code::fine) return code;
  const bool same = changes.empty() && seen.newly_blocked() + seen.newly_allowed() == 0;
  return same || !asked.tell_by_code ? exit_code::fine : exit_code::findings;
}

}  // namespace

void add_diff(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("diff", "Tell what a change of packs and policies changes, and what it does to traffic");
  auto asked = std::make_shared<options>();
  verb->add_option("OLD", asked->before, "A file, folder or bundle: what holds now")->required();
  verb->add_option("NEW", asked->after, "A file, folder or bundle: what shall hold")->required();
  verb->add_option("--with", asked->with, "Files and folders that stand on both sides, such as the packs of two policies")->expected(1)->allow_extra_args(false);
  auto* traffic = verb->add_option("--traffic", asked->traffic, "JSON lines: chat requests, or objects with text and label; - for stdin");
  auto* config = verb->add_option("--config", asked->log.config, "Measure on what the audit log captured; the settings that name it");
  auto* folder = verb->add_option("--directory", asked->log.directory, "The same, by the log's folder");
  traffic->excludes(config)->excludes(folder);
  config->excludes(folder);
  verb->add_option("--since", asked->log.since, "Of the log: 2026-11-23T08:15:30Z, or how long ago: 15m, 2h, 7d");
  verb->add_option("--responder-key", asked->responder_key, "A responder's private key: what the log keeps sealed is judged too, and that goes on record")->excludes(traffic);
  verb->add_option("--route", asked->who.route, "The route, for choosing the policy of --traffic");
  verb->add_option("--team", asked->who.team, "The client's team");
  verb->add_option("--key", asked->who.key_id, "The client's key id");
  verb->add_option("--model", asked->who.model, "The model asked for, where a request does not say it");
  verb->add_flag("--reveal", asked->reveal, "Print the texts of examples");
  verb->add_option("-o,--output", asked->output, "human or json")->check(CLI::IsMember({"human", "json"}))->capture_default_str();
  verb->add_flag("--exit-code", asked->tell_by_code, "Exit 1 if anything is different");
  verb->callback([asked, &code] { code = diff(*asked); });
}

}  // namespace stoplog::cli
