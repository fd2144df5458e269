#include "cli/command_tree.hpp"

#include <algorithm>

namespace stoplog::cli {
namespace {

// CLI11 writes the words of IsMember as "TEXT:{human,json}", and those of a
// transformer with what becomes of them: "{csv->1,ocsf->2}".
std::vector<std::string> choices_in(const std::string& type) {
  const std::size_t open = type.find('{'), close = type.find('}', std::min(open, type.size()));
  std::vector<std::string> all;
  if (close == std::string::npos) return all;
  for (std::size_t at = open + 1; at < close;) {
    const std::size_t end = std::min(type.find(',', at), close);
    const std::string word = type.substr(at, end - at);
    all.push_back(word.substr(0, word.find("->")));
    at = end + 1;
  }
  return all;
}

command_option option_of(const CLI::Option& from) {
  command_option made;
  made.positional = from.get_positional();
  if (made.positional) {
    made.names = {from.get_name(true)};
  } else {
    for (const auto& name : from.get_snames()) made.names.push_back("-" + name);
    for (const auto& name : from.get_lnames()) made.names.push_back("--" + name);
  }
  made.takes_value = from.get_items_expected_max() > 0;
  made.required = from.get_required();
  made.choices = choices_in(from.get_type_name());
  made.about = from.get_description();
  made.preset = from.get_default_str();
  return made;
}

void add_options(const CLI::App& from, std::vector<command_option>& into) {
  for (const auto* option : from.get_options()) into.push_back(option_of(*option));
  // Groups of options are subcommands without a name.
  for (const auto* group : from.get_subcommands([](const CLI::App* s) { return s->get_name().empty(); })) {
    add_options(*group, into);
  }
}

command command_of(const CLI::App& from, std::vector<std::string> path) {
  path.push_back(from.get_name());
  command made{path, from.get_description(), {}, {}};
  add_options(from, made.options);
  for (const auto* inner : from.get_subcommands([](const CLI::App* s) { return !s->get_name().empty(); })) {
    made.commands.push_back(command_of(*inner, path));
  }
  return made;
}

}  // namespace

command command_tree(const CLI::App& program) { return command_of(program, {}); }

std::string words_of(const command& c) {
  std::string all;
  for (const auto& word : c.path) all += (all.empty() ? "" : " ") + word;
  return all;
}

}  // namespace stoplog::cli
