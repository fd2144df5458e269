// stoplog explain: the whole story of one text, in reading order.
#include "audit/timestamp.hpp"
#include "cli/explain_record.hpp"
#include "cli/report.hpp"
#include "cli/sources.hpp"
#include "cli/story.hpp"
#include "cli/verbs.hpp"
#include "config/read_file.hpp"

#include <iostream>
#include <iterator>
#include <memory>

namespace stoplog::cli {
namespace {

// The key is not used: explain makes no fingerprints.
constexpr std::string_view any_key = "explain-makes-no-fingerprints";
constexpr std::size_t shown_spans_max = 10;

struct options {
  std::vector<std::string> paths;  // the text's file first, unless `text` is given
  std::string text;
  bool text_given = false;
  std::string policy, direction = "request", role = "user", channel = "content", output = "human";
  policy::subject who;
  std::string config, directory;   // of the log: then a record is explained
  std::string responder_key;
  std::string at;  // an instant; empty: now
  bool reveal = false;
};

struct chosen {
  std::shared_ptr<const policy::compiled_policy> policy;
  std::string why;
};

// Everything that is printed.
struct explained {
  surface where;
  std::string text;
  chosen by;
  stoplog::cli::story story;
  bool reveal;
};

std::optional<std::string> read_text(options& asked) {
  if (asked.text_given) return asked.text;
  if (asked.paths.empty()) {
    std::cerr << "stoplog explain: name a FILE, - for stdin, or give --text TEXT\n";
    return std::nullopt;
  }
  const std::string file = asked.paths.front();
  asked.paths.erase(asked.paths.begin());
  if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  auto text = config::read_file(file);
  if (!text) std::cerr << "stoplog explain: " << file << " cannot be read, or is larger than 8 MiB\n";
  return text;
}

chosen choose(const policy::policy_set& all, const options& asked) {
  if (asked.policy.empty()) {
    const auto policy = all.select(asked.who);
    const bool fallback = policy != nullptr && policy->source().applies_to.empty();
    return {policy, fallback ? "the fallback: no other policy's applies_to takes this request" : "the first by name whose applies_to takes this request"};
  }
  for (const auto& p : all.policies()) {
    if (p->name() == asked.policy) return {p, "named by --policy"};
  }
  return {};
}

// The request's own words: control characters, which a terminal would obey, are
// shown as spaces.
std::string in_quotes(std::string_view text) {
  std::string shown = "\"";
  for (const char c : text) shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return shown + '"';
}

std::string_view part_of(const explained& e, const match::text_span& s) {
  return std::string_view(e.text).substr(s.begin, s.end - s.begin);
}

void print_match(paper& out, const explained& e, const matched_rule& m) {
  const auto& r = m.rule;
  const bool did = m.did != verdict::allow || m.would == verdict::allow;
  out.write("  " + r.rule->id + "  " + r.rule->title + "\n", did && m.did != verdict::allow ? tone::bad : tone::plain);
  out.write("    rule    " + std::string(to_string(r.rule->action)) + ", " + short_place(r.rule->place) + ", pack " + r.pack->name + " " + r.pack->version + "\n");
  out.write("    mode    " + std::string(to_string(r.mode)) + ", by " + short_place(r.mode_place) + " (" + r.decided_by + ")\n");
  for (std::size_t i = 0; i < m.spans.size() && i < shown_spans_max; ++i) {
    out.write("    match   bytes " + std::to_string(m.spans[i].begin) + " to " + std::to_string(m.spans[i].end));
    out.write((e.reveal ? "  " + in_quotes(part_of(e, m.spans[i])) : "") + "\n");
  }
  if (m.spans.size() > shown_spans_max) out.write("    match   and " + std::to_string(m.spans.size() - shown_spans_max) + " more\n");
  for (const auto* x : {m.excuse, m.lapsed}) {
    if (x == nullptr) continue;
    const std::string end = to_rfc3339(x->expires).substr(0, 19) + "Z";
    out.write("    except  " + x->id + ", " + short_place(x->place) + (x == m.excuse ? ", until " + end : ", but it expired at " + end) + "\n");
  }
  if (r.mode == policy::mode::canary && m.did != verdict::allow) {
    out.write("    canary  for " + std::to_string(r.percent) + " of a hundred; told as for one who is among them\n");
  }
  const std::string what = m.would == verdict::allow ? "is recorded" : m.did == m.would ? "enforced: " + std::string(to_string(m.did)) : "would " + std::string(to_string(m.would)) + "; recorded only";
  out.write("    effect  " + what + (m.late ? ", but the text was blocked before it came to this" : "") + "\n");
}

std::string outcome_of(const explained& e) {
  const bool request = e.where.direction == direction::request;
  const std::string who = request ? "The model" : "The client";
  switch (e.story.verdict) {
    case verdict::allow: return who + " gets the text as it is.";
    case verdict::redact: return who + " gets the text with masks where it was redacted.";
    case verdict::block: break;
  }
  if (request) return "The client gets HTTP " + std::to_string(e.by.policy->source().blocked_request_status) + " and: " + e.story.message;
  return "The client of a stream gets what was safe before byte " + std::to_string(e.story.decided_at) + " (" + std::to_string(e.story.released.size()) +
         " bytes), then the end and: " + e.story.message;
}

void print_human(const explained& e) {
  paper out(std::cout);
  const auto& p = e.by.policy->source();
  out.write("text    " + std::to_string(e.text.size()) + " bytes, " + std::string(to_string(e.where.direction)) + ", " +
            std::string(to_string(e.where.role)) + ", " + std::string(to_string(e.where.channel)) + "\n");
  out.write("policy  " + p.name + " " + p.version + ", " + short_place(p.place) + "\n        " + e.by.why + "\n");
  if (const auto refused = refusals_of(p.parts); !refused.empty()) out.write("        refuses, whatever is in them: " + refused + "\n");
  out.write(e.story.matched.empty() ? "\nNo rule matched.\n" : "\nWhat matched\n");
  for (const auto& m : e.story.matched) print_match(out, e, m);
  if (!e.story.near.empty()) out.write("\nWhat would have matched, but for one thing\n");
  for (const auto& n : e.story.near) {
    out.write("  " + n.rule.rule->id + "  " + n.rule.rule->title + "\n    " + n.why + ", " + short_place(n.because) + "\n");
  }
  out.write("\nDecision: ").write(std::string(to_string(e.story.verdict)), e.story.verdict == verdict::allow ? tone::good : tone::bad);
  out.write(e.story.decided_by.empty() ? ", as no enforced rule says otherwise\n" : ", by " + e.story.decided_by + "\n");
  out.write(outcome_of(e) + "\n");
  if (e.reveal && !e.story.released.empty()) out.write("\n" + in_quotes(e.story.released) + "\n");
}

void add_place(json::writer& to, std::string_view name, const place& p) {
  to.key(name).begin_object().member("file", p.file).member("line", std::int64_t{p.line}).member("column", std::int64_t{p.column}).end_object();
}

void add_rule(json::writer& to, const effective_rule& r) {
  to.member("id", r.rule->id).member("pack", r.pack->name).member("action", to_string(r.rule->action)).member("mode", to_string(r.mode)).member("mode_by", r.decided_by);
  add_place(to, "rule_at", r.rule->place);
  add_place(to, "mode_at", r.mode_place);
}

void print_json(const explained& e) {
  json::writer out;
  const auto& p = e.by.policy->source();
  out.begin_object().member("policy", p.name).member("version", p.version).member("chosen", e.by.why).member("refuses", refusals_of(p.parts));
  out.member("direction", to_string(e.where.direction)).member("role", to_string(e.where.role)).member("channel", to_string(e.where.channel));
  out.key("matched").begin_array();
  for (const auto& m : e.story.matched) {
    out.begin_object();
    add_rule(out, m.rule);
    if (m.excuse != nullptr) out.member("exception", m.excuse->id);
    if (m.lapsed != nullptr) out.member("lapsed_exception", m.lapsed->id);
    out.member("enforced", to_string(m.did)).member("would", to_string(m.would)).member("behind_the_block", m.late).key("spans").begin_array();
    for (const auto& s : m.spans) {
      out.begin_object().member("begin", static_cast<std::int64_t>(s.begin)).member("end", static_cast<std::int64_t>(s.end));
      if (e.reveal) out.member("text", part_of(e, s));
      out.end_object();
    }
    out.end_array().end_object();
  }
  out.end_array().key("near").begin_array();
  for (const auto& n : e.story.near) {
    out.begin_object();
    add_rule(out, n.rule);
    out.member("why", n.why);
    add_place(out, "because", n.because);
    out.end_object();
  }
  out.end_array().member("verdict", to_string(e.story.verdict)).member("decided_by", e.story.decided_by);
  out.member("decided_at", static_cast<std::int64_t>(e.story.decided_at)).member("outcome", outcome_of(e));
  if (e.reveal) out.member("released", e.story.released);
  std::cout << out.end_object().take() << '\n';
}

exit_code not_loaded(const problems& found, const config::source_texts& texts) {
  paper err(std::cerr);
  print_problems(err, found, texts);
  return code_of_errors(found);
}

// At which exceptions are looked at; nothing after a complaint.
std::optional<wall_time> instant(const options& asked) {
  const auto at = asked.at.empty() ? std::optional(wall_now()) : audit::parse_rfc3339(asked.at);
  if (!at) std::cerr << "stoplog explain: --at takes an instant like 2026-12-31T18:00:00Z\n";
  return at;
}

exit_code explain(options asked) {
  if (!asked.responder_key.empty()) {
    std::cerr << "stoplog explain: --responder-key opens what a log keeps; name the log with --config or --directory, and the record's ID\n";
    return exit_code::usage;
  }
  const auto text = read_text(asked);
  if (!text) return exit_code::usage;
  problems found;
  const auto read = read_sources(asked.paths, found);
  if (!read) return exit_code::usage;
  const auto all = policy::policy_set::compile(read->packs, read->policies, any_key, found);
  if (all == nullptr || has_errors(found)) return not_loaded(found, read->texts);
  const auto at = instant(asked);
  if (!at) return exit_code::usage;
  chosen by = choose(*all, asked);
  if (by.policy == nullptr) {
    std::cerr << "stoplog explain: " << (asked.policy.empty() ? "no policy takes this request; the proxy refuses it" : "no policy here has that name") << '\n';
    return exit_code::usage;
  }
  by.policy = policy::applied(by.policy, asked.who, *at, policy::canaries::enforced);
  const auto way = direction_from(asked.direction).value();
  const auto speaker = way == direction::response ? role::assistant : role_from(asked.role).value();
  const surface where{way, speaker, channel_from(asked.channel).value()};
  written_places places;
  problems told_already;
  auto told = tell(*by.policy, effective_rules(by.policy->source(), read->packs, places, told_already), where, *text);
  if (!told) {
    std::cerr << "stoplog explain: the text could not be judged: " << to_string(told.error().code) << '\n';
    return exit_code::usage;
  }
  const explained e{where, *text, by, std::move(*told), asked.reveal};
  asked.output == "json" ? print_json(e) : print_human(e);
  return exit_code::fine;
}

// The first PATH is the record's id.
exit_code explain_id(const options& asked) {
  if (asked.text_given || asked.paths.empty()) {
    std::cerr << "stoplog explain: with --config or --directory name the ID of a record of the log, and no text\n";
    return exit_code::usage;
  }
  const auto at = instant(asked);
  if (!at) return exit_code::usage;
  record_question question;
  question.at = *at;
  question.log.config = asked.config;
  question.log.directory = asked.directory;
  question.log.id = asked.paths.front();
  question.paths.assign(asked.paths.begin() + 1, asked.paths.end());
  question.responder_key = asked.responder_key;
  question.reveal = asked.reveal;
  question.json = asked.output == "json";
  return explain_record(question);
}

template <class E>
CLI::Validator names_of(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.emplace_back(to_string(static_cast<E>(i)));
  return CLI::IsMember(names);
}

}  // namespace

void add_explain(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("explain", "Tell the whole story of one text, or of one record of the audit log: which rules match, which nearly do, who decides");
  auto asked = std::make_shared<options>();
  verb->add_option("FILE|ID", asked->paths, "The text's file or - for stdin (not with --text), or a record's id; then files and folders; default: policies rules");
  auto* config = verb->add_option("--config", asked->config, "Explain a record: the settings that name its log");
  verb->add_option("--directory", asked->directory, "Explain a record: the folder of its log")->excludes(config);
  verb->add_option("--responder-key", asked->responder_key, "Explain a record: a responder's private key; what the log keeps sealed of it is judged too, and that goes on record");
  auto* text = verb->add_option("--text", asked->text, "The text itself");
  verb->add_option("--policy", asked->policy, "Judge under this policy, whomever it is for");
  verb->add_option("--direction", asked->direction, "request or response")->check(names_of<direction>(direction_count))->capture_default_str();
  verb->add_option("--role", asked->role, "Who speaks, in a request")->check(names_of<role>(role_count))->capture_default_str();
  verb->add_option("--channel", asked->channel, "Which part of a message")->check(names_of<channel>(channel_count))->capture_default_str();
  verb->add_option("--route", asked->who.route, "The route, for choosing the policy");
  verb->add_option("--team", asked->who.team, "The client's team");
  verb->add_option("--key", asked->who.key_id, "The client's key id");
  verb->add_option("--model", asked->who.model, "The model asked for");
  verb->add_option("--dialect", asked->who.dialect, "The kind of request, like chat_completions");
  verb->add_option("--at", asked->at, "The instant at which exceptions are looked at; default: now");
  verb->add_flag("--reveal", asked->reveal, "Print the matched text and what goes on");
  verb->add_option("-o,--output", asked->output, "human or json")->check(CLI::IsMember({"human", "json"}))->capture_default_str();
  verb->callback([asked, text, &code] {
    asked->text_given = text->count() > 0;
    const bool of_log = !asked->config.empty() || !asked->directory.empty();
    code = of_log ? explain_id(*asked) : explain(*asked);
  });
}

}  // namespace stoplog::cli
