#include "cli/verbs.hpp"

namespace stoplog::cli {

void add_demo(CLI::App&, exit_code&) {}

}  // namespace stoplog::cli
