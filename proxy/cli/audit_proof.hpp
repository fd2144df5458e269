// The verbs of `stoplog audit` that prove: keygen, verify, prove, check-proof.
#pragma once

#include "cli/verbs.hpp"

namespace stoplog::cli {

void add_audit_proof(CLI::App& audit, exit_code& code);

}  // namespace stoplog::cli
