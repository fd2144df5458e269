#include "cli/verbs.hpp"
#include "demo/server.hpp"

#include <charconv>
#include <iostream>
#include <optional>

namespace stoplog::cli {
namespace {

// ADDRESS:PORT, with an IPv6 address in brackets.
std::optional<demo::server_options> listen_options(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  demo::server_options options;
  options.address = text.substr(0, colon);
  if (options.address.starts_with('[') && options.address.ends_with(']')) {
    options.address = options.address.substr(1, options.address.size() - 2);
  }
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, options.port);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return options;
}

exit_code run_demo(const std::string& listen, unsigned pace_ms) {
  auto options = listen_options(listen);
  if (!options) {
    std::cerr << "stoplog demo: --listen wants ADDRESS:PORT\n";
    return exit_code::usage;
  }
  options->pace = duration{pace_ms};
  const auto served = demo::serve(*options, [&](std::uint16_t port) {
    const std::string host = listen.substr(0, listen.rfind(':'));
    std::cout << "demo model on http://" << host << ':' << port << "/v1" << std::endl;
  });
  if (served) return exit_code::fine;
  std::cerr << "stoplog demo: " << served.error().detail << '\n';
  return exit_code::usage;
}

}  // namespace

void add_demo(CLI::App& program, exit_code& code) {
  auto* verb = program.add_subcommand("demo", "A small OpenAI-compatible model with scripted, harmless answers");
  auto listen = std::make_shared<std::string>("127.0.0.1:8081");
  auto pace = std::make_shared<unsigned>(120);
  verb->add_option("--listen", *listen, "Loopback address and port; port 0 lets the system choose")->capture_default_str();
  verb->add_option("--pace", *pace, "Milliseconds between two tokens of a stream")->capture_default_str()->check(CLI::Range(0U, 60'000U));
  verb->callback([listen, pace, &code] { code = run_demo(*listen, *pace); });
}

}  // namespace stoplog::cli
