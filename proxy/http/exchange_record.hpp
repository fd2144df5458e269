// An exchange's findings as the audit record keeps them.
#pragma once

#include "audit/record.hpp"
#include "guard/report.hpp"
#include "policy/compiled.hpp"

namespace stoplog::http {

// Adds what the guard found in one direction: findings, coverage, and, where
// its verdict is stronger than what the record has, the decision.
void add_report(audit::record& to, const guard::report& from, const policy::compiled_policy& by, direction of);

// The x-stoplog-coverage header of what the record knows by now: complete, the
// kinds of what was opaque, partial, or none where nothing was judged.
std::string coverage_header(const audit::record& of);

}  // namespace stoplog::http
