// A streamed answer of chat completions, or of completions.
//
// A lane is a string below choices[i].delta (completions: choices[i]) that grows from event to event:
// known ones (content, reasoning, tool call arguments, ...) and every string in
// a member that is not known, because clients add up what they do not know, too.
// Everything else in a chunk stands whole in it.
#pragma once

#include "dialect/codec.hpp"
#include "dialect/openai/chat_answer.hpp"

#include <list>
#include <optional>
#include <string>
#include <vector>

namespace stoplog::dialect::openai {

class chat_stream : public answer_stream {
 public:
  chat_stream(const request_facts& asked, const choices_format& format);

  result<const event_view*> read(std::string_view name, const json::document& data) override;
  bool again(lane in, std::string_view text) override;
  void amend(const json::document& data, bool as_it_came, json::edits& changes) const override;
  void passed_on(std::string_view data, bool as_they_were) override;
  void masked(lane in) override { choice_at(lanes_.at(in).choice).masked = true; }
  bool is_terminator(std::string_view data) const override;
  std::string terminator() const override;
  std::string delta(lane to, std::string_view text) override;
  std::string ending(lane blocked, const blocked_ending& why) const override;
  std::string error_event(std::string_view code, std::string_view message) const override;
  std::uint32_t text_of(lane of) const override;
  std::string path(lane of) const override;
  std::size_t lanes() const override { return lanes_.size(); }
  std::string_view model() const override { return told_head_.model; }
  std::string_view response_id() const override { return told_head_.id; }

 private:
  // One step of the way from a delta down to a string in it.
  struct step {
    std::string key;                   // of a member; empty: an element of an array
    std::uint32_t element = 0;         // its number: its `index`, else its place
    bool numbered = false;             // whether it says its `index`
    std::string type;                  // what it says its `type` is
  };
  struct lane_state {
    std::uint32_t choice = 0;
    std::vector<step> way;
    std::string path;
    bool plain = false;                // a known member of the delta itself
    bool ended = false;
    bool nameless = false;             // its way may not be repeated
  };
  struct tool_call {
    std::string_view kind;             // function, custom, or function_call (before there were tools)
    std::uint32_t element = 0;
    std::string id;
    std::string name;
  };
  struct choice_state {
    std::uint32_t index = 0;
    bool has_role = false;
    bool finished = false;             // a finish_reason was read
    bool over = false;                 // no text may come any more
    bool masked = false;               // in some text of it
    std::vector<tool_call> calls;
  };
  // Where the walk over an event's values is.
  struct position {
    choice_state* choice = nullptr;
    std::uint32_t choice_end = 0;
    json::node_id delta = json::no_node;  // or what stands for it
  };

  result<void> walk(const json::document& d);
  result<void> enter_choice(const json::document& d, json::node_id id, position& at);
  result<void> read_string(const json::document& d, json::node_id id, const position& at);
  result<void> read_tool_name(const json::document& d, json::node_id id, const position& at);
  bool grows(const json::document& d, json::node_id id, const position& at) const;
  result<lane> lane_of(const json::document& d, json::node_id id, const position& at);
  result<std::vector<step>> way_to(const json::document& d, json::node_id id, const position& at) const;
  result<bool> leads_to(const lane_state& known, const json::document& d, json::node_id id, const position& at) const;
  void read_head(const json::document& d);
  void end_parts_before(lane next);
  void end_lanes(const json::document& d);
  choice_state& choice_at(std::uint32_t index);
  std::string chunk(std::uint32_t choice, std::string_view delta, std::string_view finish_reason) const;
  void write_head(json::writer& w) const;
  std::string text_delta(bool with_role, std::string_view text) const;
  std::string last_delta(bool with_role, const std::vector<tool_call>& calls) const;
  std::string usage_chunk() const;

  request_facts asked_;
  const choices_format& format_;
  struct head {
    std::string id;
    std::string model;
  };
  head head_;                          // as read
  head told_head_;                     // as the client knows it
  std::string created_ = "0";
  std::uint64_t text_bytes_ = 0;
  std::vector<lane_state> lanes_;
  std::list<choice_state> choices_;    // as read; references to them last
  std::vector<choice_state> told_;     // as far as the client knows them
  std::size_t told_lanes_ = 0;         // those that the client has seen
  bool news_ = true;                   // something here differs from what was told
  std::vector<shape_id> shapes_;
  event_view view_;
};

}  // namespace stoplog::dialect::openai
