// Arguments, then a verb.
#include "cli/verbs.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  using stoplog::cli::exit_code;
  CLI::App program{"stoplog: a streaming policy proxy before OpenAI-compatible model endpoints", "stoplog"};
  program.require_subcommand(1);
  program.set_version_flag("--version", "stoplog " STOPLOG_VERSION);
  exit_code code = exit_code::fine;
  stoplog::cli::add_verbs(program, code);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return program.exit(failure) == 0 ? 0 : static_cast<int>(exit_code::usage);
  } catch (const std::exception& failure) {
    std::cerr << "stoplog: internal error: " << failure.what() << '\n';
    return static_cast<int>(exit_code::usage);
  }
  return static_cast<int>(code);
}
