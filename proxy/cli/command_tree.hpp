// The command line as data, read from the tree that parses it: what completion
// and the manual page are made of.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace stoplog::cli {

struct command_option {
  std::vector<std::string> names;    // -o, --output; of a positional its one name
  bool positional = false;
  bool takes_value = false;
  bool required = false;
  std::vector<std::string> choices;  // the only values, if there are only some
  std::string about;
  std::string preset;                // the value that holds if none is given
};

struct command {
  std::vector<std::string> path;     // stoplog, audit, tail
  std::string about;
  std::vector<command_option> options;
  std::vector<command> commands;
};

command command_tree(const CLI::App& program);

// Calls visit(command) for the whole tree, parents first.
template <class Visit>
void each_command(const command& from, Visit visit) {
  visit(from);
  for (const auto& inner : from.commands) each_command(inner, visit);
}

// "stoplog audit tail"
std::string words_of(const command& c);

}  // namespace stoplog::cli
