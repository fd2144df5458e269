#include "cli/verbs.hpp"

namespace stoplog::cli {

void add_serve(CLI::App&, exit_code&) {}

}  // namespace stoplog::cli
