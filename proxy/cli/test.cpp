#include "cli/verbs.hpp"

namespace stoplog::cli {

void add_test(CLI::App&, exit_code&) {}

}  // namespace stoplog::cli
