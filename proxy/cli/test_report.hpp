// The results of `stoplog test`, for people and for programs. The tests' texts
// are never shown.
#pragma once

#include "cli/report.hpp"
#include "policy/rule_testing.hpp"

#include <iosfwd>
#include <vector>

namespace stoplog::cli {

struct test_result {
  const policy::pack* pack;
  const policy::rule* rule;
  const policy::rule_test* test;
  policy::test_outcome outcome;
};

using test_results = std::vector<test_result>;

// Failures one by one, then a line a pack, then the total.
void print_human(paper& to, const test_results& results);
void print_json(std::ostream& to, const test_results& results);

// JUnit's XML: a suite a pack, a case a test.
void print_junit(std::ostream& to, const test_results& results);

}  // namespace stoplog::cli
