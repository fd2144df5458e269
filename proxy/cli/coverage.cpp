// stoplog coverage: what of every endpoint is scanned, opaque or refused; of
// packs and policies, what they cover.
#include "cli/coverage_table.hpp"
#include "cli/report.hpp"
#include "cli/rule_coverage.hpp"
#include "cli/sources.hpp"
#include "cli/verbs.hpp"

#include <iostream>
#include <memory>

namespace stoplog::cli {
namespace {

// The key is not used: coverage makes no fingerprints.
constexpr std::string_view any_key = "coverage-makes-no-fingerprints";

struct options {
  std::vector<std::string> paths;
  std::string output = "human";
  audit_request log;
};

exit_code cover_endpoints(const std::string& output) {
  std::cout << (output == "json" ? coverage_json() : output == "markdown" ? coverage_markdown() : coverage_text());
  return exit_code::fine;
}

exit_code tell_rules(const options& asked) {
  problems found;
  const auto read = read_sources(asked.paths, found);
  if (!read) return exit_code::usage;
  const auto policies = policy::policy_set::compile(read->packs, read->policies, any_key, found);
  if (policies == nullptr || has_errors(found)) {
    paper err(std::cerr);
    print_problems(err, found, read->texts);
    return code_of_errors(found);
  }
  rule_coverage all = cover_rules(*read, *policies);
  exit_code code = exit_code::fine;
  if (!asked.log.config.empty() || !asked.log.directory.empty()) code = add_log(asked.log, all);
  if (code != exit_code::fine && code != exit_code::integrity) return code;
  std::cout << (asked.output == "json" ? rules_json(all) : rules_text(all, wall_now()));
  return code;
}

}  // namespace

void add_coverage(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("coverage", "Tell what of every endpoint is scanned, opaque or refused; of packs and policies, what they cover");
  auto asked = std::make_shared<options>();
  verb->add_option("PATH", asked->paths, "Packs and policies, as files or folders: rules by framework, what their tests leave open, what only watches");
  auto* config = verb->add_option("--config", asked->log.config, "With PATH: the settings that name the log, which tells since when rules watch");
  verb->add_option("--directory", asked->log.directory, "The same, by the log's folder")->excludes(config);
  verb->add_option("-o,--output", asked->output, "human, json or, of endpoints, markdown")->check(CLI::IsMember({"human", "json", "markdown"}));
  verb->callback([asked, &code] { code = asked->paths.empty() ? cover_endpoints(asked->output) : tell_rules(*asked); });
}

}  // namespace stoplog::cli
