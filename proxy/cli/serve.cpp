// stoplog serve: the proxy itself.
#include "cli/verbs.hpp"
#include "config/load.hpp"
#include "server/server.hpp"

#include <iostream>

namespace stoplog::cli {
namespace {

logging::level level_of(config::log_level from) {
  switch (from) {
    case config::log_level::debug: return logging::level::debug;
    case config::log_level::info: return logging::level::info;
    case config::log_level::warning: return logging::level::warning;
    case config::log_level::error: return logging::level::error;
  }
  return logging::level::info;
}

exit_code serve(const std::string& file) {
  problems found;
  const auto settings = config::load_settings(file, found);
  bool started = false;
  if (settings && !has_errors(found)) {
    logging::logger journal(level_of(settings->log.level));
    started = server::run(*settings, journal, found) == server::outcome::stopped;
  }
  for (const problem& each : found) std::cerr << to_string(each) << '\n';
  if (has_errors(found)) return code_of_errors(found);
  return started ? exit_code::fine : exit_code::usage;
}

}  // namespace

void add_serve(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("serve", "Run the proxy until SIGTERM; SIGHUP reloads policies and rules");
  auto file = std::make_shared<std::string>("stoplog.yaml");
  verb->add_option("--config", *file, "The settings file")->capture_default_str();
  verb->callback([file, &code] { code = serve(*file); });
}

}  // namespace stoplog::cli
