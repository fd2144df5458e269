#include "dialect/openai/chat_stream.hpp"

#include <algorithm>
#include <charconv>

namespace stoplog::dialect::openai {
namespace {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

constexpr std::uint32_t index_max = 1023;

error malformed(std::string what) { return fail(errc::upstream_malformed, std::move(what)); }

// The `index` of a choice or an element; its place where it has none.
result<std::uint32_t> read_index(const document& d, node_id element, bool& numbered) {
  const node_id id = d[element].kind == kind::object ? d.find(element, "index") : no_node;
  numbered = id != no_node && d[id].kind != kind::null;
  if (!numbered) return d[element].index;
  std::uint32_t index = 0;
  const std::string_view text = d[id].text;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool whole = d[id].kind == kind::number && code == std::errc{} && end == text.data() + text.size();
  if (!whole || index > index_max) return malformed("an index must be a whole number up to 1023");
  return index;
}

// Constant words that unknown parts carry in every event.
bool is_label(std::string_view key) noexcept {
  constexpr std::string_view labels[] = {"type", "id", "object", "role", "format", "status"};
  return std::find(std::begin(labels), std::end(labels), key) != std::end(labels);
}

template <class Choices>
auto find_choice(Choices& in, std::uint32_t index) {
  return std::find_if(in.begin(), in.end(), [index](const auto& c) { return c.index == index; });
}

}  // namespace

chat_stream::chat_stream(const request_facts& asked, const choices_format& format) : asked_(asked), format_(format) {}

chat_stream::choice_state& chat_stream::choice_at(std::uint32_t index) {
  const auto at = find_choice(choices_, index);
  if (at != choices_.end()) return *at;
  choices_.push_back({.index = index});
  news_ = true;
  return choices_.back();
}

void chat_stream::read_head(const document& d) {
  const auto take = [&d](std::string_view key, kind wanted, std::string& to) {
    const node_id id = d.find(document::root, key);
    if (id == no_node || d[id].kind != wanted || d[id].text.empty() || d[id].text == to) return false;
    to.assign(d[id].text);
    return true;
  };
  const bool another_id = take("id", kind::string, head_.id);
  const bool another_model = take("model", kind::string, head_.model);
  news_ = news_ || another_id || another_model;
  take("created", kind::number, created_);
}

result<const event_view*> chat_stream::read(std::string_view name, const document& data) {
  view_.texts.clear();
  view_.opaque.clear();
  view_.unknown.clear();
  view_.repeats.clear();
  view_.ended.clear();
  if (data[document::root].kind != kind::object) return malformed("an event's data must be an object");
  // Chunks have no names; an error may have.
  if (!name.empty() && name != "message" && name != "error") view_.unknown.push_back(document::root);
  const auto given = give_shapes(data, chat_shapes(), format_.answer, false, shapes_);
  if (!given) return given.error();
  read_head(data);
  const auto walked = walk(data);
  if (!walked) return walked.error();
  end_lanes(data);
  return &view_;
}

result<void> chat_stream::walk(const document& d) {
  const auto table = chat_shapes();
  position at;
  for (node_id id = 0; id < d.size(); ++id) {
    const json::node& n = d[id];
    const shape& is = table[shapes_[id]];
    if (n.begin >= at.choice_end) at.choice = nullptr;
    if (shapes_[id] == format_.choice && n.kind == kind::object) {
      const auto entered = enter_choice(d, id, at);
      if (!entered) return entered;
    }
    const surface where{direction::response, at.choice == nullptr ? role::none : role::assistant, is.text};
    if (is_free_key(d, id, table, shapes_)) {
      view_.texts.push_back({id, where, no_lane, true});
      if (is_unknown(d, id, shapes_)) view_.unknown.push_back(id);
    }
    if (!is.opaque.empty() && n.kind != kind::null) view_.opaque.push_back({id, is.opaque});
    if (n.kind != kind::string || n.text.empty() || (is.data && is_data(n.text))) continue;
    view_.texts.push_back({id, where, no_lane, false});
    const auto done = read_string(d, id, at);
    if (!done) return done;
  }
  return {};
}

result<void> chat_stream::enter_choice(const document& d, node_id id, position& at) {
  bool numbered = false;
  const auto index = read_index(d, id, numbered);
  if (!index) return index.error();
  at.choice = &choice_at(*index);
  at.choice_end = d[id].end;
  at.delta = format_.nested ? d.find(id, "delta") : id;
  const node_id reason = d.find(id, "finish_reason");
  if (reason != no_node && d[reason].kind == kind::string) at.choice->finished = news_ = true;
  find_repeats(d, id, at.delta, format_, view_.repeats);
  return {};
}

// Whether later events may add to this string.
bool chat_stream::grows(const document& d, node_id id, const position& at) const {
  if (at.choice == nullptr || at.delta == no_node) return false;
  if (d[id].begin < d[at.delta].begin || d[id].end > d[at.delta].end) return false;
  for (node_id on = id; on != at.delta; on = d[on].parent) {
    if (shapes_[on] == completion_logprobs) return false;  // stands beside the text, not beside the delta
  }
  switch (shapes_[id]) {
    case content:
    case texts:
    case part:
    case refusal:
    case reasoning:
    case arguments:
    case transcript: return true;
    case unknown_tree:
    case message: return !is_label(d[id].key);
    default: return false;
  }
}

// The string stands last in view_.texts.
result<void> chat_stream::read_string(const document& d, node_id id, const position& at) {
  if (at.choice == nullptr) return {};
  if (shapes_[id] == tool_name) return read_tool_name(d, id, at);
  if (d[id].parent == at.delta && d[id].key == "role") at.choice->has_role = news_ = true;
  if (!grows(d, id, at)) return {};
  const auto lane = lane_of(d, id, at);
  if (!lane) return lane.error();
  if (at.choice->over || lanes_[*lane].ended) return malformed("text after the end of its choice");
  view_.texts.back().lane = *lane;
  text_bytes_ += d[id].text.size();
  return {};
}

// Tool names are whole in one event: clients differ in what they do with a
// second piece. A name that comes again is the same, or another call's.
result<void> chat_stream::read_tool_name(const document& d, node_id id, const position& at) {
  const node_id named = d[id].parent;
  const std::string_view key = d[named].key;
  const bool single = key == "function_call";
  const node_id element = single ? named : d[named].parent;
  bool numbered = false;
  const auto index = single ? result<std::uint32_t>(0U) : read_index(d, element, numbered);
  if (!index) return index.error();
  const std::string_view what = single ? "function_call" : key == "custom" ? "custom" : "function";
  const node_id id_node = single ? no_node : d.find(element, "id");
  const std::string_view call_id = id_node == no_node ? std::string_view{} : d[id_node].text;
  auto& calls = at.choice->calls;
  const auto call = std::find_if(calls.begin(), calls.end(), [&](const tool_call& c) { return c.kind == what && c.element == *index; });
  if (call == calls.end()) {
    if (at.choice->over) return malformed("a tool call after the end of its choice");
    news_ = true;
    calls.push_back({what, *index, std::string(call_id), std::string(d[id].text)});
    return {};
  }
  const bool another = !call_id.empty() && call_id != call->id;
  if (call->name != d[id].text && !another) return malformed("the name of a tool call in pieces");
  call->id = call_id.empty() ? call->id : std::string(call_id);
  call->name = d[id].text;
  return {};
}

result<std::vector<chat_stream::step>> chat_stream::way_to(const document& d, node_id id, const position& at) const {
  std::vector<step> way;
  for (node_id on = id; on != at.delta; on = d[on].parent) {
    step s;
    if (d[d[on].parent].kind == kind::object) {
      s.key = d[on].key;
      if (s.key.empty()) return malformed("text in a member without a name");
    } else {
      const auto index = read_index(d, on, s.numbered);
      if (!index) return index.error();
      s.element = *index;
      const node_id type = d[on].kind == kind::object ? d.find(on, "type") : no_node;
      if (type != no_node && d[type].kind == kind::string) s.type = d[type].text;
    }
    way.push_back(std::move(s));
  }
  return way;
}

// The same as comparing with way_to, without making it: this is every event's way.
result<bool> chat_stream::leads_to(const lane_state& known, const document& d, node_id id, const position& at) const {
  if (known.choice != at.choice->index) return false;
  node_id on = id;
  for (const step& s : known.way) {
    if (on == at.delta) return false;
    if (d[d[on].parent].kind == kind::object) {
      if (s.key != d[on].key) return false;
    } else {
      bool numbered = false;
      const auto index = read_index(d, on, numbered);
      if (!index) return index.error();
      if (!s.key.empty() || s.element != *index) return false;
    }
    on = d[on].parent;
  }
  return on == at.delta;
}

result<lane> chat_stream::lane_of(const document& d, node_id id, const position& at) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const auto same = leads_to(lanes_[i], d, id, at);
    if (!same) return same.error();
    if (*same) return static_cast<lane>(i);
  }
  auto way = way_to(d, id, at);
  if (!way) return way.error();
  const std::string below = d.path(id).substr(d.path(at.delta).size());
  const bool plain = way->size() == 1 && shapes_[id] != unknown_tree;
  lanes_.push_back({at.choice->index, std::move(*way), "choices[" + std::to_string(at.choice->index) + (format_.nested ? "].delta" : "]") + below, plain});
  const auto made = static_cast<lane>(lanes_.size() - 1);
  if (text_of(made) != apart) end_parts_before(made);
  return made;
}

// A part ends where the next one begins: what it holds comes before that one's text.
void chat_stream::end_parts_before(lane next) {
  for (lane at = 0; at < next; ++at) {
    if (lanes_[at].ended || text_of(at) != text_of(next)) continue;
    lanes_[at].ended = true;
    view_.ended.push_back(at);
  }
}

// A finish_reason ends its choice's lanes; a chunk that has usage and no choices
// stands after all of them.
void chat_stream::end_lanes(const document& d) {
  const node_id usage = d.find(document::root, "usage");
  const node_id list = d.find(document::root, "choices");
  const bool last = usage != no_node && d[usage].kind == kind::object && list != no_node && d[list].kind == kind::array &&
                    d[list].first_child == no_node;
  for (choice_state& c : choices_) c.over = c.over || c.finished || last;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].ended || !choice_at(lanes_[i].choice).over) continue;
    lanes_[i].ended = true;
    view_.ended.push_back(static_cast<lane>(i));
  }
}

// Places in a text that went out with masks are not those that were meant.
void chat_stream::amend(const document& data, bool /*as_it_came*/, json::edits& changes) const {
  const node_id list = data.find(document::root, "choices");
  if (list == no_node || std::none_of(choices_.begin(), choices_.end(), [](const choice_state& c) { return c.masked; })) return;
  for (node_id at = data[list].first_child; at != no_node; at = data[at].next) {
    bool numbered = false;
    const auto index = read_index(data, at, numbered);
    const auto choice = index ? find_choice(choices_, *index) : choices_.end();
    const node_id delta = choice == choices_.end() || !choice->masked ? no_node : data.find(at, "delta");
    const node_id places = delta == no_node ? no_node : data.find(delta, "annotations");
    if (places != no_node && data[places].kind == kind::array) changes.replace_raw(places, "[]");
  }
}

void chat_stream::passed_on(std::string_view /*data*/, bool as_they_were) {
  if (!as_they_were) {
    for (; told_lanes_ < lanes_.size(); ++told_lanes_) lanes_[told_lanes_].nameless = !lanes_[told_lanes_].plain;
    head_ = told_head_;
  }
  told_lanes_ = lanes_.size();
  if (!news_) return;
  told_.assign(choices_.begin(), choices_.end());
  told_head_ = head_;
  news_ = false;
}

bool chat_stream::again(lane in, std::string_view text) {
  if (news_ || lanes_[in].ended) return false;
  text_bytes_ += text.size();
  return true;
}

bool chat_stream::is_terminator(std::string_view data) const {
  // Clients look at the beginning only.
  while (data.starts_with(' ')) data.remove_prefix(1);
  return data.starts_with("[DONE]");
}

std::string chat_stream::terminator() const { return "data: [DONE]\n\n"; }

// The texts of a content in parts are one text.
std::uint32_t chat_stream::text_of(lane of) const {
  const lane_state& l = lanes_.at(of);
  const bool is_part = l.way.size() == 3 && l.way[0].key == "text" && l.way[1].key.empty() && l.way[2].key == "content";
  return is_part ? l.choice : apart;
}

std::string chat_stream::path(lane of) const { return lanes_.at(of).path; }

}  // namespace stoplog::dialect::openai
