// stoplog schema: what an editor needs to help while one writes.
#include "cli/reference_document.hpp"
#include "cli/schema_document.hpp"
#include "cli/verbs.hpp"

#include <iostream>
#include <memory>

namespace stoplog::cli {

void add_schema(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("schema", "Print the JSON Schema of a kind of file, or its reference page");
  auto kind = std::make_shared<std::string>();
  verb->add_option("KIND", *kind, "pack, policy or settings")->required()->check(CLI::IsMember({"pack", "policy", "settings"}));
  auto format = std::make_shared<std::string>("json");
  verb->add_option("--format", *format, "json (the schema) or markdown (a page of all keys)")->check(CLI::IsMember({"json", "markdown"}))->capture_default_str();
  verb->callback([kind, format, &code] {
    std::cout << (*format == "json" ? schema_document(*kind) : reference_document(*kind));
    code = exit_code::fine;
  });
}

}  // namespace stoplog::cli
