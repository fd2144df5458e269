// stoplog man: the manual page, from the tree that parses the command line.
#include "cli/command_tree.hpp"
#include "cli/verbs.hpp"

#include <iostream>

namespace stoplog::cli {
namespace {

// Text as roff: no byte of it is a request or an escape.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else if (c == '\n') out += ' ';
    else out += c;
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string placeholder(const command_option& o) {
  if (!o.takes_value) return "";
  return o.choices.empty() ? " \\fIVALUE\\fR" : "";
}

std::string choices_of(const command_option& o) {
  std::string all;
  for (const auto& c : o.choices) all += (all.empty() ? " \\fI" : "|") + roff(c);
  return all.empty() ? all : all + "\\fR";
}

std::string option_line(const command_option& o) {
  std::string line;
  for (const auto& name : o.names) line += (line.empty() ? "" : ", ") + std::string(o.positional ? "\\fI" : "\\fB") + roff(name) + "\\fR";
  return line + (o.positional ? "" : placeholder(o) + choices_of(o));
}

std::string synopsis(const command& c) {
  std::string line = "\\fB" + roff(words_of(c)) + "\\fR";
  for (const auto& o : c.options) {
    if (o.positional) line += o.required ? " \\fI" + roff(o.names.front()) + "\\fR" : " [\\fI" + roff(o.names.front()) + "\\fR ...]";
  }
  return line;
}

bool is_help(const command_option& o) { return o.names.back() == "--help"; }

void print_command(const command& c) {
  if (c.path.size() == 1 || !c.commands.empty()) return;
  std::cout << ".SS " << synopsis(c) << '\n' << roff(c.about) << ".\n";
  for (const auto& o : c.options) {
    if (is_help(o)) continue;
    std::cout << ".TP\n" << option_line(o) << '\n' << roff(o.about.empty() ? "See above" : o.about);
    if (!o.preset.empty()) std::cout << " (default: " << roff(o.preset) << ')';
    std::cout << ".\n";
  }
}

constexpr std::string_view around = R"(.SH EXIT STATUS
.TP
.B 0
All is fine.
.TP
.B 1
There are findings: a warning, a failed test, a budget that was exceeded.
.TP
.B 2
The policies or the settings cannot be loaded.
.TP
.B 3
Wrong usage, or a file or the environment that cannot be used.
.TP
.B 4
Something was changed that must not change: a bundle, a signature, the audit log.
.SH ENVIRONMENT
.TP
.B NO_COLOR
If it is set, nothing is coloured; nor is anything that does not go to a terminal.
.SH FILES
.TP
.I policies rules
The folders that are read where no PATH is given.
.TP
.I stoplog.yaml
The settings of
.BR "stoplog serve" .
)";

}  // namespace

void add_man(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("man", "Print the manual page: stoplog man | man -l -");
  verb->callback([&program, &code] {
    const command tree = command_tree(program);
    std::cout << ".TH STOPLOG 1 \"\" \"stoplog\" \"User Commands\"\n.SH NAME\nstoplog \\- a streaming policy proxy before OpenAI\\-compatible model endpoints\n"
              << ".SH SYNOPSIS\n\\fBstoplog\\fR \\fIVERB\\fR [\\fIOPTION\\fR ...] [\\fIPATH\\fR ...]\n.SH DESCRIPTION\n"
              << "Paths are files or folders of packs and policies, or bundles of them; \\fB\\-\\fR is the standard input.\n"
              << "Results go to the standard output, what is wrong to the standard error.\n"
              << "What was matched is printed only with \\fB\\-\\-reveal\\fR.\n.SH COMMANDS\n";
    each_command(tree, print_command);
    std::cout << around;
    code = exit_code::fine;
  });
}

}  // namespace stoplog::cli
