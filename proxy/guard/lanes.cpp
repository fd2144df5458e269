#include "guard/lanes.hpp"

#include <algorithm>

namespace stoplog::guard {

std::uint64_t lanes::lane_state::held() const noexcept {
  std::uint64_t bytes = scan.held();
  for (const continued_text& c : across) bytes += c.held();
  return bytes;
}

// In the order of the text: what the last view holds came first.
std::string lanes::lane_state::give_up() {
  std::string left = scan.give_up();
  for (continued_text& c : across) left.insert(0, c.give_up());
  return left;
}

void lanes::begin(surface where, std::uint32_t of) {
  lanes_.push_back(std::make_unique<lane_state>(text_scan(policy_, where), where));
  lane_state& made = *lanes_.back();
  if (of == dialect::answer_stream::apart) return;
  continued_texts& before = texts_[of];
  if (before.empty()) return;
  for (std::size_t i = 0; i < std::size(continued_texts::separators); ++i) made.across.emplace_back(policy_, where, before.begin(i));
}

// What the lane's own scan releases, through those that see what came before.
result<text_scan::step> lanes::feed_across(lane_state& lane, text_scan::step step, std::string_view text, bool end) {
  std::string passed(step.released);
  for (continued_text& c : lane.across) {
    const auto next = c.feed(passed, end && !step.blocked);
    if (!next) {
      if (policy_->when_unjudged(lane.where) == policy::on_error::block) return next.error();
      passed = c.give_up();
      continue;
    }
    passed = next->released;
    step.blocked = step.blocked || next->blocked;
  }
  lane.released = std::move(passed);
  return text_scan::step{lane.released, lane.released == text, step.blocked};
}

std::vector<policy::finding> lanes::take_found(dialect::lane of) {
  auto found = lanes_[of]->scan.take_found();
  for (continued_text& c : lanes_[of]->across) {
    for (policy::finding& f : c.take_found()) {
      // Found with each separator, it is one finding.
      const auto same = [&f](const policy::finding& k) { return k.rule == f.rule && k.span == f.span; };
      if (std::none_of(found.begin(), found.end(), same)) found.push_back(std::move(f));
    }
  }
  return found;
}

result<text_scan::step> lanes::feed(dialect::lane to, surface where, std::string_view text, bool end, std::uint32_t of) {
  if (to >= channels_max_) return fail(errc::upstream_malformed, "more channels than limits.channels");
  expects(to <= lanes_.size(), "lanes are numbered in the order in which they come");
  if (to == lanes_.size()) begin(where, of);
  lane_state& lane = *lanes_[to];
  expects(!lane.ended, "a lane is fed after its end");
  lane.ended = end;
  const std::uint64_t before = lane.held();
  auto step = lane.scan.feed(text, end);
  if (step && !lane.across.empty()) step = feed_across(lane, *step, text, end);
  held_ += lane.held() - before;
  if (step && of != dialect::answer_stream::apart) texts_[of].append(step->released);
  if (!step || step->blocked || held_ <= held_bytes_max_) return step;
  if (policy_->when_unjudged(where) == policy::on_error::block) {
    return fail(errc::evaluation_failed, "more text is held back than limits.held_bytes");
  }
  held_ -= lane.held();
  lane.given_up.assign(step->released);
  lane.given_up += lane.give_up();
  return text_scan::step{lane.given_up, lane.given_up == text, false};
}

void lanes::count(coverage& into) const {
  for (const auto& lane : lanes_) {
    lane->scan.count(into);
    for (const continued_text& c : lane->across) into.released -= std::min(into.released, c.held() + c.masked_bytes());
  }
}

std::uint64_t lanes::leaked() const {
  std::uint64_t most = 0;
  for (const auto& lane : lanes_) {
    most = std::max(most, lane->scan.leaked());
    for (const continued_text& c : lane->across) most = std::max(most, c.leaked());
  }
  return most;
}

bool lanes::findings_dropped() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane->scan.findings_dropped(); });
}

}  // namespace stoplog::guard
