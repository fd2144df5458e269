// What a client's library makes of a streamed response, and what it would take
// amiss: it goes by the events' order, their numbers and their indices.
#pragma once

#include "json/document.hpp"
#include "support/client_events.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stoplog::support {

struct response_view {
  struct text {
    std::string said;                  // by deltas, and by the event that added it
    std::optional<std::string> done;   // by its done event
  };
  struct item {
    std::string type;
    std::string name;
    bool done = false;
    std::map<std::string, text> texts;  // content[0], summary[1], arguments
  };
  std::map<int, item> items;
  std::string error;
  std::string last;         // the last event's type
  std::string status;       // of its response
  std::string reason;
  std::vector<std::pair<std::string, std::string>> output;  // type and all text, of the last event's response
  bool over = false;
};

class response_reader {
 public:
  response_view read(std::string_view bytes) {
    for_each_client_event(bytes, [&](std::string_view name, const json::document& d) { take(name, d); });
    return std::move(view_);
  }

 private:
  static std::string string_at(const json::document& d, json::node_id object, std::string_view key) {
    const auto id = object == json::no_node ? json::no_node : d.find(object, key);
    return id == json::no_node || d[id].kind != json::kind::string ? std::string() : std::string(d[id].text);
  }

  static std::optional<int> number_at(const json::document& d, std::string_view key) {
    const auto id = d.find(0, key);
    return id == json::no_node ? std::nullopt : std::optional(std::stoi(std::string(d[id].text)));
  }

  // All strings of content, one after the other.
  static std::string all_text(const json::document& d, json::node_id item) {
    std::string text;
    for (json::node_id id = item; id < d.size() && d[id].begin < d[item].end; ++id) {
      for (const std::string_view key : {"text", "refusal", "arguments", "input", "code"}) {
        if (d[id].key == key && d[id].kind == json::kind::string) text += d[id].text;
      }
    }
    return text;
  }

  void take(std::string_view name, const json::document& d) {
    const std::string type = string_at(d, 0, "type");
    if (!name.empty()) EXPECT_EQ(type, name);
    EXPECT_FALSE(view_.over) << "an event after the end: " << type;
    EXPECT_FALSE(view_.last.empty() && type != "response.created" && type != "error") << "the first event is " << type;
    if (const auto number = number_at(d, "sequence_number")) {
      if (number_) EXPECT_EQ(*number, *number_ + 1) << type;
      number_ = number;
    }
    view_.last = type;
    if (type == "error") view_.error = string_at(d, d.find(0, "error"), "code");
    if (const auto response = d.find(0, "response"); response != json::no_node) take_response(d, response);
    view_.over = type == "response.completed" || type == "response.incomplete" || type == "response.failed" || !view_.error.empty();
    if (const auto output = number_at(d, "output_index")) take_item_event(type, d, *output);
  }

  void take_response(const json::document& d, json::node_id response) {
    view_.status = string_at(d, response, "status");
    view_.reason = string_at(d, d.find(response, "incomplete_details"), "reason");
    view_.output.clear();
    const auto output = d.find(response, "output");
    for (auto at = d[output].first_child; at != json::no_node; at = d[at].next) view_.output.emplace_back(string_at(d, at, "type"), all_text(d, at));
  }

  void take_item_event(const std::string& type, const json::document& d, int output) {
    const auto item = d.find(0, "item");
    if (type == "response.output_item.added") {
      EXPECT_EQ(view_.items.count(output), 0U);
      view_.items[output] = {string_at(d, item, "type"), string_at(d, item, "name"), false, {}};
      return;
    }
    response_view::item& known = view_.items[output];
    EXPECT_FALSE(known.done) << type << " after its item was done";
    if (type == "response.output_item.done") {
      known.done = true;
      std::string said;
      for (const auto& [place, text] : known.texts) said += text.said;
      EXPECT_EQ(all_text(d, item), said) << "an item says again what its deltas said";
      return;
    }
    const auto summary = number_at(d, "summary_index");
    const auto content = number_at(d, "content_index");
    const std::string place = summary ? "summary[" + std::to_string(*summary) + "]" : content ? "content[" + std::to_string(*content) + "]" : "call";
    response_view::text& text = known.texts[place];
    const auto part = d.find(0, "part");
    if (type.ends_with(".delta")) {
      text.said += string_at(d, 0, "delta");
    } else if (type.ends_with("_part.added")) {
      text.said = all_text(d, part);
    } else if (type.ends_with("_part.done")) {
      EXPECT_EQ(all_text(d, part), text.said) << type;
      text.done = text.said;
    } else if (type.ends_with(".done")) {
      std::string again;
      for (const std::string_view key : {"text", "refusal", "arguments", "input", "code"}) again += string_at(d, 0, key);
      EXPECT_EQ(again, text.said) << type;
      text.done = again;
    }
  }

  response_view view_;
  std::optional<int> number_;
};

inline response_view read_response(std::string_view bytes) { return response_reader().read(bytes); }

}  // namespace stoplog::support
