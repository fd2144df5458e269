// A streamed answer of Anthropic's messages: blocks one after another, each with
// a start, deltas and a stop.
//
// What clients do differently is refused: an event whose name is not its data's
// type, blocks that overlap or are not numbered in order, deltas that do not fit
// their block. A lane is a string of a block that grows delta by delta. The text
// of neighbouring text blocks is one lane: readers put it together.
//
// A block that a client carries out (a tool call) goes out when it is whole and
// clean. Clients carry out what they put together, some as soon as the block
// stops, some whatever the stop_reason says: they never see one that was cut.
#pragma once

#include "dialect/codec.hpp"

#include <string>
#include <vector>

namespace stoplog::dialect::anthropic {

class messages_stream final : public answer_stream {
 public:
  result<const event_view*> read(std::string_view name, const json::document& data) override;
  void amend(const json::document& data, bool as_it_came, json::edits& changes) const override;
  void passed_on(std::string_view data, bool as_they_were) override;
  void masked(lane in) override { lanes_.at(in).masked = true; }
  std::string delta(lane to, std::string_view text) override;
  void released(lane of, std::string_view text) override;
  std::string ending(lane blocked, const blocked_ending& why) const override;
  std::string error_event(std::string_view code, std::string_view message) const override;
  std::string path(lane of) const override { return lanes_.at(of).path; }
  std::size_t lanes() const override { return lanes_.size(); }
  std::string_view model() const override { return model_; }
  std::string_view response_id() const override { return id_; }

 private:
  enum class block_kind : std::uint8_t { none, text, thinking, server_tool, told, carried_out };
  // How far an answer is.
  struct progress {
    bool started = false;
    std::uint32_t blocks = 0;           // begun
    bool open = false;                  // the last of them has not stopped
    block_kind last = block_kind::none;
    bool is_signed = false;             // its signature was there
    bool over = false;                  // a message_delta was there
  };
  struct lane_state {
    std::string type;                   // of the delta
    std::string key;                    // of its member
    std::uint32_t block = 0;
    std::string path;
    bool nameless = false;              // its type or key may not be repeated
    bool ended = false;
    bool masked = false;
  };

  result<void> step(std::string_view type, const json::document& d);
  result<void> start_message(const json::document& d);
  result<void> start_block(const json::document& d);
  result<void> take_delta(const json::document& d);
  result<void> stop_block(const json::document& d);
  result<void> collect(std::string_view type, const json::document& d);
  result<lane> lane_of(const json::document& d, json::node_id text, std::string_view type);
  void end_lanes(bool text_too);
  static block_kind kind_of(std::string_view type) noexcept;

  progress read_;
  progress told_;
  std::vector<lane_state> lanes_;
  std::size_t told_lanes_ = 0;
  lane text_lane_ = no_lane;            // open over neighbouring text blocks
  std::string read_id_, read_model_;
  std::string id_, model_;              // as told
  std::uint64_t text_bytes_ = 0;        // released
  std::vector<shape_id> shapes_;
  event_view view_;
};

}  // namespace stoplog::dialect::anthropic
