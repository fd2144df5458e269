// An exchange's findings as the audit record keeps them.
#pragma once

#include "audit/record.hpp"
#include "dialect/codec.hpp"
#include "guard/report.hpp"
#include "policy/compiled.hpp"

#include <chrono>
#include <cstdint>

namespace stoplog::http {

// Adds what the guard found in one direction: findings, coverage, and, where
// its verdict is stronger than what the record has, the decision.
void add_report(audit::record& to, const guard::report& from, const policy::compiled_policy& by, direction of);

// Who asks, as a pseudonym; the policy's name and packs.
void add_subject(audit::record& to, const dialect::request_facts& from, const policy::compiled_policy& by);

// Tokens as the upstream counted them; estimated from the texts where it did not.
void add_tokens(audit::record& to, const dialect::token_usage& counted);

// Whether an answer that failed so had text that came and was not judged.
bool leaves_text_unjudged(errc why);

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point began);

// The x-stoplog-coverage header of what the record knows by now: complete, the
// kinds of what was opaque, partial, or none where nothing was judged.
std::string coverage_header(const audit::record& of);

}  // namespace stoplog::http
