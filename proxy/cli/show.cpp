// stoplog show --effective: the policies as they hold, with the line that decided
// each thing.
#include "cli/effective.hpp"
#include "cli/report.hpp"
#include "cli/sources.hpp"
#include "cli/verbs.hpp"
#include "policy/compiled.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

namespace stoplog::cli {
namespace {

// The key is not used: show makes no fingerprints.
constexpr std::string_view any_key = "show-makes-no-fingerprints";

struct options {
  std::vector<std::string> paths;
  std::string policy;
  std::string output = "human";
  bool effective = false;
};

struct shown_policy {
  const policy::policy* source;
  std::vector<effective_rule> rules;
};

tone tone_of(policy::mode m) {
  switch (m) {
    case policy::mode::off: return tone::quiet;
    case policy::mode::shadow: return tone::plain;
    case policy::mode::enforce: return tone::good;
  }
  return tone::plain;
}

void print_human(const std::vector<shown_policy>& all) {
  paper out(std::cout);
  for (const auto& p : all) {
    const char* whom = p.source->applies_to.empty() ? "the fallback" : "for those of applies_to";
    out.write((&p == &all.front() ? "" : "\n") + p.source->name + " " + p.source->version + "  " + p.source->place.file + "  " + whom + "\n");
    std::size_t id = 0, pack = 0, action = 0;
    for (const auto& r : p.rules) {
      id = std::max(id, r.rule->id.size());
      pack = std::max(pack, r.pack->name.size() + r.pack->version.size() + 1);
      action = std::max(action, short_place(r.action_place).size());
    }
    for (const auto& r : p.rules) {
      out.write("  " + padded(r.rule->id, id) + "  " + padded(r.pack->name + " " + r.pack->version, pack) + "  ");
      out.write(padded(std::string(to_string(r.mode)), 7), tone_of(r.mode));
      out.write("  " + padded(std::string(to_string(r.rule->action)), 7) + "  " + padded(short_place(r.action_place), action) + "  mode: " +
                short_place(r.mode_place) + " (" + r.decided_by + ")\n");
    }
  }
}

void add_place(json::writer& to, std::string_view name, const place& p) {
  to.key(name).begin_object().member("file", p.file).member("line", std::int64_t{p.line}).member("column", std::int64_t{p.column}).end_object();
}

void print_json(const std::vector<shown_policy>& all) {
  json::writer out;
  out.begin_object().key("policies").begin_array();
  for (const auto& p : all) {
    out.begin_object().member("name", p.source->name).member("version", p.source->version).member("file", p.source->place.file);
    out.member("fallback", p.source->applies_to.empty()).key("rules").begin_array();
    for (const auto& r : p.rules) {
      out.begin_object().member("id", r.rule->id).member("pack", r.pack->name).member("version", r.pack->version);
      out.member("mode", to_string(r.mode)).member("mode_by", r.decided_by);
      add_place(out, "mode_at", r.mode_place);
      out.member("action", to_string(r.rule->action));
      add_place(out, "action_at", r.action_place);
      out.end_object();
    }
    out.end_array().end_object();
  }
  out.end_array().end_object();
  std::cout << out.take() << '\n';
}

exit_code show(const options& asked) {
  problems found;
  const auto read = read_sources(asked.paths, found);
  if (!read) return exit_code::usage;
  const auto compiled = policy::policy_set::compile(read->packs, read->policies, any_key, found);
  if (compiled == nullptr || has_errors(found)) {
    paper err(std::cerr);
    print_problems(err, found, read->texts);
    return code_of_errors(found);
  }
  std::vector<shown_policy> all;
  written_places where;
  problems told_already;
  for (const auto& p : read->policies) {
    if (!asked.policy.empty() && p.name != asked.policy) continue;
    all.push_back({&p, effective_rules(p, read->packs, where, told_already)});
  }
  if (all.empty()) {
    std::cerr << "stoplog show: " << (asked.policy.empty() ? "there is no policy here" : "no policy here has that name") << '\n';
    return exit_code::usage;
  }
  asked.output == "json" ? print_json(all) : print_human(all);
  return exit_code::fine;
}

}  // namespace

void add_show_effective(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("show", "Print what holds: every rule of every policy, its mode and action, and the line that decided each");
  auto asked = std::make_shared<options>();
  verb->add_flag("--effective", asked->effective, "The policies merged with their packs")->required();
  verb->add_option("PATH", asked->paths, "Files, folders or - for stdin; default: policies rules");
  verb->add_option("--policy", asked->policy, "Only this policy");
  verb->add_option("-o,--output", asked->output, "human or json")->check(CLI::IsMember({"human", "json"}))->capture_default_str();
  verb->callback([asked, &code] { code = show(*asked); });
}

}  // namespace stoplog::cli
