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

struct shown_value {
  std::string key;
  std::string value;
  place at;
};

struct shown_policy {
  const policy::policy* source;
  std::vector<effective_rule> rules;
  std::vector<shown_value> values;
};

std::string mode_of(const effective_rule& r) {
  return std::string(to_string(r.mode)) + (r.mode == policy::mode::canary ? " " + std::to_string(r.percent) + "%" : "");
}

// Groups of keys have no value of their own.
std::vector<shown_value> values_of(const policy::policy& p, written_places& where) {
  std::vector<shown_value> all;
  for (const auto& [key, at] : p.said) {
    if (auto value = where.value(at, key); !value.empty()) all.push_back({key, std::move(value), at});
  }
  return all;
}

tone tone_of(policy::mode m) {
  switch (m) {
    case policy::mode::off: return tone::quiet;
    case policy::mode::shadow: return tone::plain;
    case policy::mode::canary:
    case policy::mode::enforce: return tone::good;
  }
  return tone::plain;
}

void print_exception(paper& out, const policy::exception& x) {
  std::string rules;
  for (const auto& rule : x.rules) rules += (rules.empty() ? "" : ", ") + rule;
  out.write("  exception " + x.id + " from " + rules + " until " + to_rfc3339(x.expires).substr(0, 19) + "Z, approved by " + x.approved_by + "  (" +
            short_place(x.place) + ")\n");
}

void print_human(const std::vector<shown_policy>& all) {
  paper out(std::cout);
  for (const auto& p : all) {
    const char* whom = p.source->applies_to.empty() ? "the fallback" : "for those of applies_to";
    out.write((&p == &all.front() ? "" : "\n") + p.source->name + " " + p.source->version + "  " + p.source->place.file + "  " + whom + "\n");
    std::size_t id = 0, pack = 0, action = 0, mode = 7, key = 0;
    for (const auto& r : p.rules) {
      id = std::max(id, r.rule->id.size());
      pack = std::max(pack, r.pack->name.size() + r.pack->version.size() + 1);
      action = std::max(action, short_place(r.action_place).size());
      mode = std::max(mode, mode_of(r).size());
    }
    for (const auto& v : p.values) key = std::max(key, v.key.size());
    for (const auto& v : p.values) out.write("  " + padded(v.key, key) + "  " + v.value + "  (" + short_place(v.at) + ")\n");
    for (const auto& x : p.source->exceptions) print_exception(out, x);
    for (const auto& r : p.rules) {
      out.write("  " + padded(r.rule->id, id) + "  " + padded(r.pack->name + " " + r.pack->version, pack) + "  ");
      out.write(padded(mode_of(r), mode), tone_of(r.mode));
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
      if (r.mode == policy::mode::canary) out.member("percent", std::int64_t{r.percent});
      add_place(out, "mode_at", r.mode_place);
      out.member("action", to_string(r.rule->action));
      add_place(out, "action_at", r.action_place);
      out.end_object();
    }
    out.end_array().key("values").begin_array();
    for (const auto& v : p.values) {
      out.begin_object().member("key", v.key).member("value", v.value);
      add_place(out, "at", v.at);
      out.end_object();
    }
    out.end_array().key("exceptions").begin_array();
    for (const auto& x : p.source->exceptions) {
      out.begin_object().member("id", x.id).member("approved_by", x.approved_by).member("expires", to_rfc3339(x.expires)).key("rules").begin_array();
      for (const auto& rule : x.rules) out.string(rule);
      out.end_array();
      add_place(out, "at", x.place);
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
  for (const auto& compiled_one : compiled->policies()) {
    const auto& p = compiled_one->source();
    if (!asked.policy.empty() && p.name != asked.policy) continue;
    all.push_back({&p, effective_rules(p, read->packs, where, told_already), values_of(p, where)});
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
