#include "cli/verbs.hpp"

#include <algorithm>

namespace stoplog::cli {

exit_code code_of_errors(const problems& found) noexcept {
  const bool changed = std::any_of(found.begin(), found.end(), [](const problem& p) { return p.code == "E601" || p.code == "E602"; });
  return changed ? exit_code::integrity : exit_code::not_loaded;
}

void add_verbs(CLI::App& program, exit_code& code) {
  add_serve(program, code);
  add_check(program, code);
  add_test(program, code);
  add_explain(program, code);
  add_diff(program, code);
  add_backtest(program, code);
  add_bench(program, code);
  add_show_effective(program, code);
  add_fmt(program, code);
  add_new(program, code);
  add_schema(program, code);
  add_coverage(program, code);
  add_bundle(program, code);
  add_audit(program, code);
  add_demo(program, code);
  add_completion(program, code);
  add_man(program, code);
}

}  // namespace stoplog::cli
