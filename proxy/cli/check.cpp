// stoplog check: everything that can be known of packs, policies and settings
// without traffic.
#include "cli/report.hpp"
#include "cli/sources.hpp"
#include "cli/verbs.hpp"
#include "config/reach.hpp"
#include "policy/compiled.hpp"
#include "policy/lint.hpp"
#include "policy/spec.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <tuple>

namespace stoplog::cli {
namespace {

// The key is not used: check makes no fingerprints.
constexpr std::string_view any_key = "check-makes-no-fingerprints";

struct checked_rule {
  const policy::rule* rule;
  const policy::pack* pack;
  std::optional<match::rule_facts> facts;  // none if it could not be compiled
  std::vector<std::string> modes;          // "default: enforce", one a policy that uses it
};

struct findings {
  problems found;
  std::vector<checked_rule> rules;
  std::size_t packs = 0;
  std::size_t policies = 0;
};

// In the order of the files, each problem once.
void tidy(problems& found) {
  const auto by_place = [](const problem& p) { return std::tie(p.place.file, p.place.line, p.place.column); };
  std::stable_sort(found.begin(), found.end(), [&](const problem& a, const problem& b) { return by_place(a) < by_place(b); });
  problems kept;
  for (auto& p : found) {
    const bool repeated = std::any_of(kept.begin(), kept.end(), [&](const problem& k) { return to_string(k) == to_string(p); });
    if (!repeated) kept.push_back(std::move(p));
  }
  found = std::move(kept);
}

// Each rule on its own, as its action says: what is wrong in shadow would be
// wrong on the day it is enforced.
checked_rule check_rule(const policy::pack& pack, const policy::rule& rule,
                        const std::vector<policy::rule_to_compile>& signals, problems& found) {
  checked_rule checked{&rule, &pack, std::nullopt, {}};
  if (rule.match.parts.empty() && rule.signals.empty()) return checked;
  const policy::rule_to_compile one[] = {{&rule, policy::mode::enforce}};
  if (const auto database = policy::compile_rules(one, signals, found)) checked.facts = database->facts(0);
  return checked;
}

void add_modes(const policy::policy_set& policies, std::vector<checked_rule>& rules) {
  for (const auto& p : policies.policies()) {
    for (const auto& active : p->rules()) {
      for (auto& checked : rules) {
        const bool same = checked.rule->id == active.id && checked.pack->name == active.pack &&
                          checked.pack->version == active.pack_version;
        if (same) checked.modes.push_back(p->name() + ": " + std::string(to_string(active.mode)));
      }
    }
  }
}

findings examine(const config::documents& read, problems found) {
  findings all;
  all.packs = read.packs.size();
  all.policies = read.policies.size();
  std::vector<policy::rule_to_compile> signals;
  for (const auto& pack : read.packs) {
    for (const auto& rule : pack.rules) signals.push_back({&rule, policy::mode::enforce});
  }
  for (const auto& pack : read.packs) {
    for (const auto& rule : pack.rules) all.rules.push_back(check_rule(pack, rule, signals, found));
    policy::lint(pack, found);
  }
  const auto policies = policy::policy_set::compile(read.packs, read.policies, any_key, found);
  if (policies) {
    add_modes(*policies, all.rules);
    for (const auto& s : read.settings_files) config::check_policies_reach(s, *policies, found);
  }
  tidy(found);
  all.found = std::move(found);
  return all;
}

std::string length_of(const checked_rule& r) {
  if (!r.facts) return "not compiled";
  const std::string longest = r.facts->longest ? std::to_string(*r.facts->longest) : "no limit";
  return std::to_string(r.facts->shortest) + " to " + longest + " characters";
}

std::string modes_of(const checked_rule& r) {
  std::string all;
  for (const auto& m : r.modes) all += (all.empty() ? "" : ", ") + m;
  return all.empty() ? "runs in no policy" : all;
}

std::string counted(std::size_t n, const char* one, const char* more) {
  return std::to_string(n) + " " + (n == 1 ? one : more);
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

void print_human(const findings& all) {
  paper out(std::cout);
  print_problems(out, all.found);
  std::size_t id_width = 0;
  for (const auto& r : all.rules) id_width = std::max(id_width, r.rule->id.size());
  const policy::pack* shown = nullptr;
  for (const auto& r : all.rules) {
    if (r.pack != shown) out.write("\n" + r.pack->name + " " + r.pack->version + "  " + r.pack->place.file + "\n");
    shown = r.pack;
    out.write("  " + padded(r.rule->id, id_width) + "  " + padded(std::string(to_string(r.rule->action)), 7) + "  " +
              padded(length_of(r), 22) + "  " + modes_of(r) + "\n");
  }
  out.write("\n" + counted(all.packs, "pack", "packs") + " with " + counted(all.rules.size(), "rule", "rules") + ", " +
            counted(all.policies, "policy", "policies") + ": ");
  const tone how = has_errors(all.found) ? tone::bad : all.found.empty() ? tone::good : tone::warning;
  out.write(all.found.empty() ? "all fine" : count_of(all.found), how).write("\n");
}

void print_json(const findings& all) {
  json::writer out;
  out.begin_object().key("problems");
  add_problems(out, all.found);
  out.key("rules").begin_array();
  for (const auto& r : all.rules) {
    out.begin_object().member("id", r.rule->id).member("pack", r.pack->name).member("version", r.pack->version);
    out.member("action", to_string(r.rule->action)).member("file", r.rule->place.file);
    out.member("line", std::int64_t{r.rule->place.line});
    if (r.facts) {
      out.member("shortest", std::int64_t{r.facts->shortest}).key("longest");
      r.facts->longest ? out.number(std::int64_t{*r.facts->longest}) : out.null();
    }
    out.key("modes").begin_array();
    for (const auto& m : r.modes) out.string(m);
    out.end_array().end_object();
  }
  out.end_array().end_object();
  std::cout << out.take() << '\n';
}

struct options {
  std::vector<std::string> paths;
  std::string output = "human";
};

exit_code check(const options& asked) {
  problems found;
  const auto read = read_sources(asked.paths, found);
  if (!read) return exit_code::usage;
  const findings all = examine(*read, std::move(found));
  asked.output == "json" ? print_json(all) : print_human(all);
  if (has_errors(all.found)) return exit_code::not_loaded;
  return all.found.empty() ? exit_code::fine : exit_code::findings;
}

}  // namespace

void add_check(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("check", "Check packs, policies and settings; exit 1 on warnings, 2 on errors");
  auto asked = std::make_shared<options>();
  verb->add_option("PATH", asked->paths, "Files, folders or - for stdin; default: policies rules");
  verb->add_option("-o,--output", asked->output, "human or json")->check(CLI::IsMember({"human", "json"}))->capture_default_str();
  verb->callback([asked, &code] { code = check(*asked); });
}

}  // namespace stoplog::cli
