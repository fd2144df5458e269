// One rule of a pack.
#include "config/pack_draft.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"
#include "policy/mask.hpp"

#include <string>

namespace stoplog::config {
namespace {

constexpr std::uint64_t max_length_most = 512;

constexpr word<policy::action> action_words[] = {
    {"observe", policy::action::observe}, {"signal", policy::action::signal}, {"redact", policy::action::redact}, {"block", policy::action::block}};

constexpr word<bool> guard_words[] = {{"all", false}, {"tail", true}};

constexpr word<policy::status> status_words[] = {{"experimental", policy::status::experimental},
                                                 {"test", policy::status::test},
                                                 {"stable", policy::status::stable},
                                                 {"deprecated", policy::status::deprecated}};

constexpr word<severity> severity_words[] = {{"info", severity::info},
                                             {"low", severity::low},
                                             {"medium", severity::medium},
                                             {"high", severity::high},
                                             {"critical", severity::critical}};

void read_mask(const node& n, rule_draft& into, reading& in) {
  read_line(n, into.value.mask, in);
  if (const auto wrong = policy::mask_problem(into.value.mask)) in.error(n, "E115", *wrong);
}

constexpr key<rule_draft> rule_keys[] = {
    {"id", need::required, "a name", "What records and overrides call this rule; unique over all packs that a policy uses.",
     [](const node& n, rule_draft& into, reading& in) { read_name(n, into.value.id, in); }},
    {"title", need::required, "one line", "What the rule finds, in plain words.",
     [](const node& n, rule_draft& into, reading& in) { read_line(n, into.value.title, in); }},
    {"description", need::optional, "text", "More about it, for readers.",
     [](const node& n, rule_draft& into, reading& in) { read_text(n, into.value.notes.description, in); }},
    {"status", need::optional, "experimental, test, stable or deprecated", "How far its author trusts it; `check` warns when a policy enforces a rule that is not stable. Default: stable.",
     [](const node& n, rule_draft& into, reading& in) { read_word(n, status_words, into.value.notes.status, in); }},
    {"severity", need::required, "info, low, medium, high or critical", "How bad a match is; among rules that decide alike the more severe one is named in the record.",
     [](const node& n, rule_draft& into, reading& in) { read_word(n, severity_words, into.value.severity, in); }},
    {"confidence", need::optional, "a fraction, 0 to 1", "How often a match is right, as far as the author knows. For readers.",
     [](const node& n, rule_draft& into, reading& in) { read_fraction(n, into.value.notes.confidence, in); }},
    {"strictness", need::optional, "a number, 1 to 4", "1: few false alarms, 4: many. The rule runs where the policy's `use` asks for this number or more. Default: 1.",
     [](const node& n, rule_draft& into, reading& in) { read_number(n, 1, 4, into.value.strictness, in); }},
    {"category", need::required, "words joined by dots", "What kind of thing it finds, like security.secret_leak; the client reads it when it is blocked.",
     [](const node& n, rule_draft& into, reading& in) { read_category(n, into.value.category, in); }},
    {"frameworks", need::optional, "a list of lines", "Where standards speak of it, with the edition: owasp-llm:2025/LLM02. For readers.",
     [](const node& n, rule_draft& into, reading& in) { read_list(n, into.value.notes.frameworks, in, read_line); }},
    {"false_positives", need::optional, "a list of lines", "What it is known to hit wrongly. For readers.",
     [](const node& n, rule_draft& into, reading& in) { read_list(n, into.value.notes.false_positives, in, read_line); }},
    {"references", need::optional, "a list of lines", "Where to read on. For readers.",
     [](const node& n, rule_draft& into, reading& in) { read_list(n, into.value.notes.references, in, read_line); }},
    {"action", need::required, "observe, signal, redact or block", "What the rule does where a policy enforces it; a signal only counts in rules that name it.",
     [](const node& n, rule_draft& into, reading& in) { read_word(n, action_words, into.value.action, in); }},
    {"scope", need::optional, "keys: direction, roles, channels", "Which texts it looks at. Default: all.", read_scope, "scope"},
    {"match", need::required, "keys: any, all or at_least, within, unless", "What it looks for.", read_match, "match"},
    {"max_length", need::optional, "a number, 1 to 512", "The longest match that counts, in characters; needed where a pattern has no end of its own.",
     [](const node& n, rule_draft& into, reading& in) {
       std::uint32_t most = 0;
       read_number(n, 1, max_length_most, most, in);
       if (most != 0) into.value.max_length = most;
     }},
    {"mask", need::optional, "one line", "What stands for redacted text, for action redact; {category}, {hash} and {last:4} in it are filled in. Default: [REDACTED].",
     read_mask},
    {"message", need::optional, "text", "What the client reads when the rule blocks; for action block. Default: the policy's message.",
     [](const node& n, rule_draft& into, reading& in) { read_text(n, into.value.message, in); }},
    {"tests", need::optional, "a list of tests", "Texts that must match and texts that must not.", read_rule_tests, "a test"},
    {"guard", need::optional, "all or tail", "For action block: tail holds an answer back only for the last of several parts to come, once the others are there; with `any`, only for the text that a pattern ends with. Default: all.",
     [](const node& n, rule_draft& into, reading& in) { read_word(n, guard_words, into.value.match.guards_tail, in); }},
    {"locked", need::optional, "true or false", "true: no policy may make the rule weaker than its pack's mode, nor except anybody from it. Default: false.",
     [](const node& n, rule_draft& into, reading& in) { read_switch(n, into.value.locked, in); }},
};

// Keys that say nothing under the rule's action would be ignored silently.
void check_action_keys(const node& n, const policy::rule& rule, reading& in) {
  const node* mask = n.find("mask");
  const node* message = n.find("message");
  if (mask != nullptr && rule.action != policy::action::redact) {
    in.error(*mask, "E117", "`mask` belongs to action redact; leave it out");
  }
  if (message != nullptr && rule.action != policy::action::block) {
    in.error(*message, "E117", "`message` belongs to action block; leave it out");
  }
  const node* guard = n.find("guard");
  if (guard != nullptr && rule.action != policy::action::block) {
    in.error(*guard, "E117", "`guard` belongs to action block; leave it out");
  }
  if (rule.action != policy::action::signal) return;
  if (rule.match.combines() || !rule.match.unless.empty()) {
    in.error(*n.find("match"), "E117", "a signal has only `any`; put the rest into the rule that names it");
  } else if (const node* cap = n.find("max_length")) {
    in.error(*cap, "E117", "a signal's matches are bounded by the rule that names it; leave max_length out");
  }
}

}  // namespace

void read_rule(const node& n, rule_draft& into, reading& in) {
  const std::size_t errors_before = in.errors();
  into.value.place = in.place(n);
  if (!read_object(n, into, rule_keys, in)) return;
  if (const node* id = n.find("id")) into.value.place = in.place(*id);
  const node* action = n.find("action");
  if (action != nullptr && in.errors() == errors_before) check_action_keys(n, into.value, in);
  // Half a rule would only raise follow-on problems when it is compiled.
  if (in.errors() == errors_before) return;
  into.value.match.parts.clear();
  into.value.signals.clear();
}

std::vector<object_reference> rule_reference() { return {{"a rule", reference_of(rule_keys)}}; }

}  // namespace stoplog::config
