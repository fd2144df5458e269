// stoplog test: runs the tests that stand beside the rules, each rule on its own.
#include "cli/parallel.hpp"
#include "cli/report.hpp"
#include "cli/sources.hpp"
#include "cli/test_report.hpp"
#include "cli/verbs.hpp"
#include "policy/rule_testing.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>

namespace stoplog::cli {
namespace {

struct options {
  std::vector<std::string> paths;
  std::string chunking = "as-written";
  std::string output = "human";
};

struct tested_rule {
  const policy::pack* pack;
  const policy::rule* rule;
  test_results results;
  problems found;
};

void run_rule(tested_rule& tested, policy::chunking how) {
  if (tested.rule->tests.empty()) return;
  const auto alone = policy::compile_alone(*tested.rule, tested.pack->rules, tested.found);
  if (alone == nullptr) return;
  for (const auto& test : tested.rule->tests) {
    tested.results.push_back({tested.pack, tested.rule, &test, policy::run_test(*tested.rule, test, alone, how)});
  }
}

// In the order of the files, whichever thread was first.
test_results run_all(const config::documents& read, policy::chunking how, problems& found) {
  std::vector<tested_rule> all;
  for (const auto& pack : read.packs) {
    for (const auto& rule : pack.rules) {
      if (!rule.match.parts.empty() || !rule.signals.empty()) all.push_back({&pack, &rule, {}, {}});
    }
  }
  in_parallel(all.size(), [&](std::size_t i) { run_rule(all[i], how); });
  test_results results;
  for (auto& each : all) {
    std::move(each.results.begin(), each.results.end(), std::back_inserter(results));
    std::move(each.found.begin(), each.found.end(), std::back_inserter(found));
  }
  return results;
}

exit_code test(const options& asked) {
  problems found;
  const auto read = read_sources(asked.paths, found);
  if (!read) return exit_code::usage;
  const auto how = asked.chunking == "all" ? policy::chunking::all : policy::chunking::as_written;
  const test_results results = run_all(*read, how, found);
  if (has_errors(found)) {
    paper err(std::cerr);
    print_problems(err, found, read->texts);
    return code_of_errors(found);
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
