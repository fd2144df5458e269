// The texts of a stream that grow from event to event, each with its own scan.
#pragma once

#include "base/limits.hpp"
#include "dialect/codec.hpp"
#include "guard/continued_text.hpp"
#include "guard/text_scan.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace stoplog::guard {

class lanes {
 public:
  lanes(std::shared_ptr<const policy::compiled_policy> policy, const limits& limits)
      : policy_(std::move(policy)), channels_max_(limits.channels), held_bytes_max_(limits.held_bytes) {}

  // Feeds a lane, which is made when it is new. What is found across the lanes
  // that are part `of` one text (answer_stream::text_of) is found in the last of
  // them. Errors: upstream_malformed beyond limits.channels, evaluation_failed
  // beyond limits.held_bytes.
  result<text_scan::step> feed(dialect::lane to, surface where, std::string_view text, bool end,
                               std::uint32_t of = dialect::answer_stream::apart);

  // The findings that the last feed brought.
  std::vector<policy::finding> take_found(dialect::lane of);

  std::size_t size() const noexcept { return lanes_.size(); }
  bool open(dialect::lane of) const noexcept { return of < lanes_.size() && !lanes_[of]->ended; }
  surface where(dialect::lane of) const noexcept { return lanes_[of]->where; }
  std::uint64_t held() const noexcept { return held_; }

  // Over all lanes.
  void count(coverage& into) const;
  std::uint64_t leaked() const;
  bool findings_dropped() const;

 private:
  struct lane_state {
    lane_state(text_scan s, surface w) : scan(std::move(s)), where(w) {}

    text_scan scan;
    surface where;
    std::string given_up{};                // what went out when scanning stopped
    bool ended = false;
    std::vector<continued_text> across{};  // one behind the other, behind `scan`
    std::string released{};                // by them

    std::uint64_t held() const noexcept;
    std::string give_up();
  };
  void begin(surface where, std::uint32_t of);
  result<text_scan::step> feed_across(lane_state& lane, text_scan::step step, std::string_view text, bool end);
  std::shared_ptr<const policy::compiled_policy> policy_;
  std::size_t channels_max_;
  std::uint64_t held_bytes_max_;
  std::vector<std::unique_ptr<lane_state>> lanes_;  // mostly one, and a large one
  std::map<std::uint32_t, continued_texts> texts_;
  std::uint64_t held_ = 0;
};

}  // namespace stoplog::guard
