// stoplog check: everything that can be known of packs, policies and settings
// without traffic.
#include "cli/examination.hpp"
#include "cli/report.hpp"
#include "cli/sources.hpp"
#include "cli/verbs.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <memory>

namespace stoplog::cli {
namespace {

struct options {
  std::vector<std::string> paths;
  std::string output = "human";
  bool rules = false;
};

std::string length_of(const checked_rule& r) {
  if (!r.facts) return "not compiled";
  const std::string longest = r.facts->longest ? std::to_string(*r.facts->longest) : "no limit";
  return std::to_string(r.facts->shortest) + " to " + longest;
}

std::string streaming_of(const checked_rule& r) {
  if (!r.how) return "";
  std::string how(to_string(*r.how));
  if (*r.how == streaming::tail && r.facts->tail != 0) how += " of " + std::to_string(r.facts->tail);
  return how;
}

std::string hold_of(const checked_rule& r) {
  if (!r.mean_hold) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", *r.mean_hold);
  return text.data();
}

std::string modes_of(const checked_rule& r) {
  std::string all;
  for (const auto& m : r.modes) all += (all.empty() ? "" : ", ") + m;
  return all.empty() ? "runs in no policy" : all;
}

void print_rules(paper& out, const examination& all) {
  std::size_t id_width = 4;
  for (const auto& r : all.rules) id_width = std::max(id_width, r.rule->id.size());
  const policy::pack* shown = nullptr;
  for (const auto& r : all.rules) {
    if (r.pack != shown) {
      out.write("\n" + r.pack->name + " " + r.pack->version + "  " + r.pack->place.file + "\n");
      out.write("  " + padded("rule", id_width) + "  action   characters    in streamed answers     mean hold  runs in\n", tone::quiet);
    }
    shown = r.pack;
    out.write("  " + padded(r.rule->id, id_width) + "  " + padded(std::string(to_string(r.rule->action)), 7) + "  " +
              padded(length_of(r), 12) + "  " + padded(streaming_of(r), 22) + "  " + padded(hold_of(r), 9) + "  " +
              modes_of(r) + "\n");
  }
  if (all.rules.empty()) return;
  out.write("  (characters: a match's least and most; mean hold: bytes of a harmless answer held back while it streams)\n", tone::quiet);
}

void print_human(const examination& all, const config::source_texts& texts, bool with_rules) {
  paper out(std::cout);
  print_problems(out, all.found, texts);
  if (with_rules) print_rules(out, all);
  if (with_rules || !all.found.empty()) out.write("\n");
  out.write(counted(all.packs, "pack", "packs") + " with " + counted(all.rules.size(), "rule", "rules") + ", " +
            counted(all.policies, "policy", "policies") + ": ");
  const tone how = has_errors(all.found) ? tone::bad : all.found.empty() ? tone::good : tone::warning;
  out.write(all.found.empty() ? "all fine" : count_of(all.found), how).write("\n");
}

void add_rule(json::writer& out, const checked_rule& r) {
  out.begin_object().member("id", r.rule->id).member("pack", r.pack->name).member("version", r.pack->version);
  out.member("action", to_string(r.rule->action)).member("file", r.rule->place.file);
  out.member("line", std::int64_t{r.rule->place.line});
  if (r.facts) {
    out.member("shortest", std::int64_t{r.facts->shortest}).key("longest");
    r.facts->longest ? out.number(std::int64_t{*r.facts->longest}) : out.null();
    if (r.how) out.member("streaming", to_string(*r.how));
    if (r.facts->tail != 0) out.member("tail", std::int64_t{r.facts->tail});
    if (r.mean_hold) out.key("mean_hold").number(*r.mean_hold);
  }
  out.key("modes").begin_array();
  for (const auto& m : r.modes) out.string(m);
  out.end_array().end_object();
}

void print_json(const examination& all) {
  json::writer out;
  out.begin_object().key("problems");
  add_problems(out, all.found);
  out.key("rules").begin_array();
  for (const auto& r : all.rules) add_rule(out, r);
  out.end_array().end_object();
  std::cout << out.take() << '\n';
}

exit_code check(const options& asked) {
  problems found;
  auto read = read_sources(asked.paths, found);
  if (!read) return exit_code::usage;
  const examination all = examine(*read, wall_now(), std::move(found), asked.rules);
  if (asked.output == "json") {
    print_json(all);
  } else if (asked.output == "sarif") {
    std::cout << sarif_of(all.found, read->texts) << '\n';
  } else {
    print_human(all, read->texts, asked.rules);
  }
  if (has_errors(all.found)) return code_of_errors(all.found);
  return all.found.empty() ? exit_code::fine : exit_code::findings;
}

}  // namespace

void add_check(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("check", "Check packs, policies and settings; exit 1 on warnings, 2 on errors");
  auto asked = std::make_shared<options>();
  verb->add_option("PATH", asked->paths, "Files, folders or - for stdin; default: policies rules");
  verb->add_flag("--rules", asked->rules, "Each rule too: its longest match, how it streams, what it holds back, where it runs");
  verb->add_option("-o,--output", asked->output, "human, json or sarif")->check(CLI::IsMember({"human", "json", "sarif"}))->capture_default_str();
  verb->callback([asked, &code] { code = check(*asked); });
}

}  // namespace stoplog::cli
