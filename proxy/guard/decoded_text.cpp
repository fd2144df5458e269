#include "guard/decoded_text.hpp"

#include "guard/redacted_runs.hpp"

#include <iterator>
#include <utility>

namespace stoplog::guard {

decoded_text::decoded_text(const std::shared_ptr<const policy::compiled_policy>& policy, surface where, int level)
    : policy_(*policy), stage_(policy, where) {
  if (level > 1) inner_.emplace(policy, where, level - 1);
}

result<bool> decoded_text::feed(std::string_view text, bool end) {
  const auto step = stage_.feed(text, end);
  if (!step) return step.error();
  fed_ += text.size();
  blocked_ = step->verdict == verdict::block;
  const auto add = [this](std::vector<policy::finding> some) {
    found_.insert(found_.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  };
  for (bool more = inner_.has_value() && !blocked_; more;) {
    const auto taken = inner_->feed(text, end);
    if (!taken) return taken.error();
    text.remove_prefix(*taken);
    blocked_ = inner_->blocked();
    more = !blocked_ && (inner_->found_any() || !text.empty());
    add(inner_->take_found());
  }
  add(stage_.take_found());
  return blocked_;
}

std::vector<masked_span> decoded_text::masks() {
  std::vector<masked_span> all;
  for (const redacted_run& run : redacted_runs(stage_.all(), policy_, stage_.where().direction)) {
    all.push_back({run.where, {}});
    policy_.database()->rule(run.rule).append_mask(all.back().mask, stage_.text_of(run.first));
  }
  if (inner_) {
    const auto& inside = inner_->masks(0);
    all.insert(all.end(), inside.begin(), inside.end());
  }
  return all;
}

}  // namespace stoplog::guard
