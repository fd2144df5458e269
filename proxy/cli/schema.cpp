// stoplog schema: what an editor needs to help while one writes.
#include "cli/schema_document.hpp"
#include "cli/verbs.hpp"

#include <iostream>
#include <memory>

namespace stoplog::cli {

void add_schema(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("schema", "Print the JSON Schema of a kind of file");
  auto kind = std::make_shared<std::string>();
  verb->add_option("KIND", *kind, "pack, policy or settings")->required()->check(CLI::IsMember({"pack", "policy", "settings"}));
  verb->callback([kind, &code] {
    std::cout << schema_document(*kind);
    code = exit_code::fine;
  });
}

}  // namespace stoplog::cli
