#include "cli/verbs.hpp"

namespace stoplog::cli {

void add_audit(CLI::App&, exit_code&) {}

}  // namespace stoplog::cli
