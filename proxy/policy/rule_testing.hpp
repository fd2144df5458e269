// Runs the tests that stand beside a rule: the rule on its own, as its action
// says, whatever any policy's mode is.
#pragma once

#include "match/database.hpp"
#include "policy/rule.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace stoplog::policy {

enum class chunking : std::uint8_t {
  as_written,
  all,  // answers also cut in two at every byte, and byte by byte
};

struct test_outcome {
  bool passed = false;
  std::string why;       // of a failure: one sentence without the test's text
  std::size_t runs = 0;  // ways of cutting the text that were run
};

// One rule compiled on its own, as if it were enforced; signals that it names are
// looked up among `beside`. Null after telling what is wrong.
std::shared_ptr<const match::database> compile_alone(const rule& r, std::span<const rule> beside, problems& found);

// `alone` is the rule's own database. However a text is cut, findings,
// verdict, the byte that decided and the released text must be the same.
test_outcome run_test(const rule& r, const rule_test& t, const std::shared_ptr<const match::database>& alone,
                      chunking how);

}  // namespace stoplog::policy
