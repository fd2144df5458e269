// The verbs of the command line, one file each: every function adds its
// subcommand to the program and, when that is chosen, does the work.
//
// Results go to stdout, diagnostics to stderr.
#pragma once

#include "base/place.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>

namespace stoplog::cli {

// The exit codes of every verb. An internal error is never 0.
enum class exit_code : std::uint8_t {
  fine = 0,
  findings = 1,    // a lint, a failed test, a budget exceeded
  not_loaded = 2,  // the policy or the settings cannot be loaded
  usage = 3,       // usage, I/O or environment
  integrity = 4,
};

// Of problems with errors: integrity if a bundle or its signature is among
// them, otherwise not_loaded.
exit_code code_of_errors(const problems& found) noexcept;

void add_serve(CLI::App& program, exit_code& code);
void add_check(CLI::App& program, exit_code& code);
void add_test(CLI::App& program, exit_code& code);
void add_schema(CLI::App& program, exit_code& code);
void add_backtest(CLI::App& program, exit_code& code);
void add_new(CLI::App& program, exit_code& code);
void add_explain(CLI::App& program, exit_code& code);
void add_show_effective(CLI::App& program, exit_code& code);
void add_coverage(CLI::App& program, exit_code& code);
void add_diff(CLI::App& program, exit_code& code);
void add_fmt(CLI::App& program, exit_code& code);
void add_bench(CLI::App& program, exit_code& code);
void add_bundle(CLI::App& program, exit_code& code);
void add_completion(CLI::App& program, exit_code& code);  // last: both tell of all the others
void add_man(CLI::App& program, exit_code& code);

// Every verb, in the order in which help lists them.
void add_verbs(CLI::App& program, exit_code& code);

void add_audit(CLI::App& program, exit_code& code);
void add_demo(CLI::App& program, exit_code& code);

}  // namespace stoplog::cli
