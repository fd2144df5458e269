#include "guard/lanes.hpp"

#include <algorithm>

namespace stoplog::guard {

result<text_scan::step> lanes::feed(dialect::lane to, surface where, std::string_view text, bool end) {
  if (to >= channels_max_) return fail(errc::upstream_malformed, "more channels than limits.channels");
  expects(to <= lanes_.size(), "lanes are numbered in the order in which they come");
  if (to == lanes_.size()) lanes_.push_back({text_scan(policy_, where), where, {}});
  lane_state& lane = lanes_[to];
  expects(!lane.ended, "a lane is fed after its end");
  lane.ended = end;
  const std::uint64_t before = lane.scan.held();
  auto step = lane.scan.feed(text, end);
  held_ += lane.scan.held() - before;
  if (!step || step->blocked || held_ <= held_bytes_max_) return step;
  if (policy_->when_unjudged(where) == policy::on_error::block) {
    return fail(errc::evaluation_failed, "more text is held back than limits.held_bytes");
  }
  held_ -= lane.scan.held();
  lane.given_up.assign(step->released);
  lane.given_up += lane.scan.give_up();
  return text_scan::step{lane.given_up, lane.given_up == text, false};
}

void lanes::count(coverage& into) const {
  for (const lane_state& lane : lanes_) lane.scan.count(into);
}

std::uint64_t lanes::leaked() const {
  std::uint64_t most = 0;
  for (const lane_state& lane : lanes_) most = std::max(most, lane.scan.leaked());
  return most;
}

bool lanes::findings_dropped() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [](const lane_state& lane) { return lane.scan.findings_dropped(); });
}

}  // namespace stoplog::guard
