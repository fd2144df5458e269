// A streamed response: typed events, each with its name.
//
// A lane is a text that grows by `*.delta` events: a part of a message, of a
// reasoning or its summary, a call's arguments, and whatever an unknown delta
// adds to. Everything else stands whole in its event, also what `*.done` events
// and the last one say again.
#pragma once

#include "dialect/codec.hpp"
#include "dialect/responses/text_kind.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::dialect::responses {

class stream final : public answer_stream {
 public:
  result<const event_view*> read(std::string_view name, const json::document& data) override;
  void amend(const json::document& data, bool as_it_came, json::edits& changes) const override;
  void masked(lane in) override { lanes_.at(in).masked = true; }
  void passed_on(std::string_view data, bool as_they_were) override;
  std::string delta(lane to, std::string_view text) override;
  void released(lane of, std::string_view text) override { lanes_.at(of).text += text; }
  std::string ending(lane blocked, const blocked_ending& why) const override;
  std::string error_event(std::string_view code, std::string_view message) const override;
  std::uint32_t text_of(lane of) const override;
  std::string path(lane of) const override { return lanes_.at(of).path; }
  std::size_t lanes() const override { return lanes_.size(); }
  std::string_view model() const override { return model_; }
  std::string_view response_id() const override { return id_; }

 private:
  using index = std::optional<std::uint32_t>;
  struct lane_state {
    std::string stem;          // of its events' type: response.output_text
    const text_kind* kind;     // null: not known
    index output;
    index part;                // its content_index or summary_index
    std::string member;        // where in an event of an unknown kind; else empty
    std::string path;
    std::string item_id;       // as the client was told
    bool ended = false;
    bool masked = false;
    bool nameless = false;     // its stem may not be repeated
    std::string text;          // what the client has of it
  };
  struct part_state {
    std::string type;
    std::string json;          // once it is done
  };
  // As the client knows them.
  struct item_state {
    std::string id;
    std::string type;
    std::string json;          // once it is done
    std::map<std::uint32_t, part_state> content;
    std::map<std::uint32_t, part_state> summary;
  };
  class closing;

  // The places that an event names.
  struct position {
    std::string_view type;
    index output;
    index part;
  };
  result<position> read_position(std::string_view name, const json::document& d) const;
  result<void> find_lanes(const json::document& d, const position& at);
  result<void> give_lane(text_field& field, std::string_view stem, const text_kind* kind, index output, index part, std::string member);
  result<void> lanes_of_item(const json::document& d, const position& at, text_field& field);
  void end_lanes(const position& at);
  void learn(const json::document& d);
  void learn_part(const json::document& d, const position& at);
  // A text that an event says all of; nobody's without a kind.
  struct whole {
    const text_kind* kind = nullptr;
    index output = {};
    index part = {};
  };
  static whole whole_of(const json::document& d, const position& at, json::node_id text);
  const lane_state* lane_of(const whole& w) const;
  const lane_state* continued(const whole& w) const;
  static void say_again(const json::document& d, json::node_id text, const std::string& said, json::edits& changes);
  void move_annotation(const json::document& d, const position& at, json::edits& changes) const;

  std::vector<lane_state> lanes_;
  std::size_t told_lanes_ = 0;
  std::map<std::uint32_t, item_state> items_;
  std::string base_;                       // the response as first told, JSON
  std::string model_;
  std::string id_;
  std::optional<std::uint64_t> number_;    // of the event that was told last
  bool told_ = false;                      // any event at all
  std::uint64_t inserted_ = 0;             // events of ours among them
  const json::document* last_ = nullptr;   // the event at hand
  std::vector<shape_id> shapes_;
  event_view view_;
};

}  // namespace stoplog::dialect::responses
