// stoplog test: runs the tests that stand beside the rules, each rule on its own.
#include "cli/report.hpp"
#include "cli/sources.hpp"
#include "cli/test_report.hpp"
#include "cli/verbs.hpp"
#include "policy/rule_testing.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

namespace stoplog::cli {
namespace {

struct options {
  std::vector<std::string> paths;
  std::string chunking = "as-written";
  std::string output = "human";
};

void run_rule(const policy::pack& pack, const policy::rule& rule, policy::chunking how, test_results& into, problems& found) {
  if (rule.tests.empty()) return;
  const auto alone = policy::compile_alone(rule, pack.rules, found);
  if (alone == nullptr) return;
  for (const auto& test : rule.tests) {
    into.push_back({&pack, &rule, &test, policy::run_test(rule, test, alone, how)});
  }
}

exit_code test(const options& asked) {
  problems found;
  const auto read = read_sources(asked.paths, found);
  if (!read) return exit_code::usage;
  const auto how = asked.chunking == "all" ? policy::chunking::all : policy::chunking::as_written;
  test_results results;
  for (const auto& pack : read->packs) {
    for (const auto& rule : pack.rules) {
      if (!rule.match.parts.empty() || !rule.signals.empty()) run_rule(pack, rule, how, results, found);
    }
  }
  if (has_errors(found)) {
    paper err(std::cerr);
    print_problems(err, found);
    return exit_code::not_loaded;
  }
  if (asked.output == "json") {
    print_json(std::cout, results);
  } else if (asked.output == "junit") {
    print_junit(std::cout, results);
  } else {
    paper out(std::cout);
    print_human(out, results);
  }
  if (results.empty()) {
    std::cerr << "stoplog: no tests were found, and nothing tested is nothing shown\n";
    return exit_code::findings;
  }
  const bool passed = std::all_of(results.begin(), results.end(), [](const test_result& r) { return r.outcome.passed; });
  return passed ? exit_code::fine : exit_code::findings;
}

}  // namespace

void add_test(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("test", "Run the tests that stand beside the rules; exit 1 if one fails");
  auto asked = std::make_shared<options>();
  verb->add_option("PATH", asked->paths, "Files, folders or - for stdin; default: policies rules");
  verb->add_option("--chunking", asked->chunking, "as-written, or all: answers also cut at every byte, and byte by byte")
      ->check(CLI::IsMember({"as-written", "all"}))
      ->capture_default_str();
  verb->add_option("-o,--output", asked->output, "human, json or junit")
      ->check(CLI::IsMember({"human", "json", "junit"}))
      ->capture_default_str();
  verb->callback([asked, &code] { code = test(*asked); });
}

}  // namespace stoplog::cli
