#include "guard/redacted_runs.hpp"

#include <algorithm>
#include <tuple>

namespace stoplog::guard {

std::vector<redacted_run> redacted_runs(std::span<const match::finding> found, const policy::compiled_policy& by,
                                        direction of) {
  std::vector<redacted_run> spans;
  for (const match::finding& f : found) {
    if (by.effect(f.rule, of) == verdict::redact) spans.push_back({f.where, f.rule, f.where});
  }
  std::sort(spans.begin(), spans.end(), [](const redacted_run& a, const redacted_run& b) {
    return std::tie(a.where.begin, a.rule, b.where.end) < std::tie(b.where.begin, b.rule, a.where.end);
  });
  std::vector<redacted_run> runs;
  for (const redacted_run& s : spans) {
    if (!runs.empty() && s.where.begin <= runs.back().where.end) {
      runs.back().where.end = std::max(runs.back().where.end, s.where.end);
    } else {
      runs.push_back(s);
    }
  }
  return runs;
}

}  // namespace stoplog::guard
