// stoplog coverage: what is scanned, what is opaque, and what is refused.
#include "cli/coverage_table.hpp"
#include "cli/verbs.hpp"

#include <iostream>
#include <memory>

namespace stoplog::cli {

void add_coverage(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("coverage", "Tell what of every endpoint is scanned, opaque or refused");
  auto output = std::make_shared<std::string>("human");
  verb->add_option("-o,--output", *output, "human, json or markdown")->check(CLI::IsMember({"human", "json", "markdown"}));
  verb->callback([output, &code] {
    std::cout << (*output == "json" ? coverage_json() : *output == "markdown" ? coverage_markdown() : coverage_text());
    code = exit_code::fine;
  });
}

}  // namespace stoplog::cli
