#include "cli/verbs.hpp"

namespace stoplog::cli {

void add_check(CLI::App&, exit_code&) {}

}  // namespace stoplog::cli
