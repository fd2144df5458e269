#include "dialect/responses/stream.hpp"

#include "dialect/collect.hpp"
#include "dialect/responses/answer.hpp"
#include "dialect/responses/items.hpp"
#include "dialect/responses/shapes.hpp"

#include <algorithm>
#include <charconv>

namespace stoplog::dialect::responses {
namespace {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

constexpr std::string_view delta_ends = ".delta";
constexpr std::string_view done_ends = ".done";

error malformed(std::string what) { return fail(errc::upstream_malformed, std::move(what)); }

std::string_view without(std::string_view type, std::string_view end) { return type.substr(0, type.size() - end.size()); }

template <class Number>
std::optional<Number> number_at(const document& d, std::string_view key) {
  const node_id id = d.find(document::root, key);
  if (id == no_node || d[id].kind != kind::number) return std::nullopt;
  Number number = 0;
  const std::string_view text = d[id].text;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Constant words that unknown parts carry in every event.
bool is_label(std::string_view key) noexcept {
  constexpr std::string_view labels[] = {"type", "id", "object", "role", "format", "status"};
  return std::find(std::begin(labels), std::end(labels), key) != std::end(labels);
}

bool is_below(const document& d, node_id id, node_id above) {
  return above != no_node && d[id].begin >= d[above].begin && d[id].end <= d[above].end;
}

bool ends_answer(std::string_view type) noexcept {
  return type == "response.completed" || type == "response.incomplete" || type == "response.failed" || type == "response.cancelled";
}

std::string slice(const document& d, node_id id) {
  return id == no_node ? std::string() : std::string(d.source().substr(d[id].begin, d[id].end - d[id].begin));
}

std::string number_of(std::optional<std::uint32_t> index) { return index ? std::to_string(*index) : std::string("?"); }

std::string path_of(std::string_view stem, const text_kind* kind, std::optional<std::uint32_t> output,
                    std::optional<std::uint32_t> part, std::string_view member) {
  const std::string item = "output[" + number_of(output) + "].";
  if (kind == nullptr) return (output ? item : std::string()) + std::string(stem) + "." + std::string(member);
  switch (kind->where) {
    case text_kind::place::content: return item + "content[" + number_of(part) + "]." + std::string(kind->member);
    case text_kind::place::summary: return item + "summary[" + number_of(part) + "]." + std::string(kind->member);
    case text_kind::place::item: return item + std::string(kind->member);
    case text_kind::place::nowhere: break;
  }
  return std::string(stem);
}

}  // namespace

// What the name says and what the data says must be one: clients go by either.
result<stream::position> stream::read_position(std::string_view name, const document& d) const {
  std::string_view type = text_at(d, document::root, "type");
  if (type.empty()) type = name;
  if (!name.empty() && name != type) return malformed("an event whose name is not its type");
  position at{type, number_at<std::uint32_t>(d, "output_index"), number_at<std::uint32_t>(d, "content_index")};
  if (!at.part) at.part = number_at<std::uint32_t>(d, "summary_index");
  return at;
}

result<const event_view*> stream::read(std::string_view name, const document& data) {
  view_.texts.clear();
  view_.opaque.clear();
  view_.unknown.clear();
  view_.repeats.clear();
  view_.ended.clear();
  if (data[document::root].kind != kind::object) return malformed("an event's data must be an object");
  const auto at = read_position(name, data);
  if (!at) return at.error();
  const auto given = give_shapes(data, table(), event_root(at->type), false, shapes_);
  if (!given) return given.error();
  refine(data, shapes_);
  last_ = &data;
  if (!is_known_event(at->type)) view_.unknown.push_back(document::root);
  collect_texts(data, table(), shapes_, direction::response, speakers(data, shapes_, direction::response), view_);
  const auto found = find_lanes(data, *at);
  if (!found) return found.error();
  // The text of an event stands beside its logprobs, and so does that of a part.
  const node_id delta = data.find(document::root, "delta");
  find_repeats(data, data.find(document::root, "logprobs"), delta != no_node ? delta : data.find(document::root, "text"), view_.repeats);
  for (node_id id = 0; id < data.size(); ++id) {
    if (shapes_[id] == content && data[id].kind == kind::object) find_repeats_of_part(data, id, view_.repeats);
  }
  end_lanes(*at);
  view_.last = ends_answer(at->type);
  return &view_;
}

result<void> stream::find_lanes(const document& d, const position& at) {
  const bool grows = at.type.ends_with(delta_ends);
  const node_id delta = grows ? d.find(document::root, "delta") : no_node;
  const std::string_view stem = grows ? without(at.type, delta_ends) : std::string_view{};
  const node_id part = d.find(document::root, "part");
  const std::string_view part_type = text_at(d, part, "type");
  for (text_field& field : view_.texts) {
    if (field.is_key) continue;
    const json::node& n = d[field.node];
    result<void> done{};
    if (field.node == delta && kind_of_stem(stem) != nullptr) {
      done = give_lane(field, stem, kind_of_stem(stem), at.output, at.part, {});
    } else if (grows && !is_label(n.key) && (is_below(d, field.node, delta) || shapes_[field.node] == unknown_tree)) {
      done = give_lane(field, stem, nullptr, at.output, at.part, d.path(field.node));
    } else if (at.type.ends_with("_part.added") && n.parent == part) {
      const text_kind* kind = kind_of_owner(part_type, n.key);
      if (kind != nullptr) done = give_lane(field, kind->stem, kind, at.output, at.part, {});
    } else if (at.type == "response.output_item.added") {
      done = lanes_of_item(d, at, field);
    } else if (const whole w = whole_of(d, at, field.node); w.kind != nullptr && lane_of(w) == nullptr) {
      // Nothing of it came before: this is all of its lane.
      done = give_lane(field, w.kind->stem, w.kind, w.output, w.part, {});
    }
    if (!done) return done;
  }
  return {};
}

// The text of a part, if the event says all of it: a part of a message, of a
// reasoning or of its summary, in its own `*.done` event or in one of those around it.
stream::whole stream::whole_of(const document& d, const position& at, node_id text) {
  const auto is_part = [](const text_kind* k) { return k != nullptr && (k->where == text_kind::place::content || k->where == text_kind::place::summary); };
  const json::node& n = d[text];
  if (at.type.ends_with(done_ends) && n.parent == document::root) {
    const text_kind* kind = kind_of_stem(without(at.type, done_ends));
    return is_part(kind) && n.key == kind->member ? whole{kind, at.output, at.part} : whole{};
  }
  const text_kind* kind = n.parent == no_node ? nullptr : kind_of_owner(text_at(d, n.parent, "type"), n.key);
  if (!is_part(kind)) return {};
  const json::node& part = d[n.parent];
  if (at.type.ends_with("_part.done")) return part.parent == document::root ? whole{kind, at.output, at.part} : whole{};
  const node_id item = part.parent == no_node ? no_node : d[part.parent].parent;
  if (item == no_node) return {};
  if (at.type == "response.output_item.done") return d[item].parent == document::root ? whole{kind, at.output, part.index} : whole{};
  const node_id list = d[item].parent;
  const bool of_answer = ends_answer(at.type) && list != no_node && d[list].key == "output";
  return of_answer ? whole{kind, d[item].index, part.index} : whole{};
}

const stream::lane_state* stream::lane_of(const whole& w) const {
  const auto at = std::find_if(lanes_.begin(), lanes_.end(), [&](const lane_state& l) { return l.kind == w.kind && l.output == w.output && l.part == w.part; });
  return at == lanes_.end() ? nullptr : &*at;
}

// A text that stands in an item when it is added is the first piece of its lane.
result<void> stream::lanes_of_item(const document& d, const position& at, text_field& field) {
  const node_id item = d.find(document::root, "item");
  const node_id above = d[field.node].parent;
  if (above == item) {
    const text_kind* kind = kind_of_owner(text_at(d, item, "type"), d[field.node].key);
    return kind == nullptr ? result<void>{} : give_lane(field, kind->stem, kind, at.output, std::nullopt, {});
  }
  if (above == no_node || d[above].parent == no_node || d[d[above].parent].parent != item) return {};
  const text_kind* kind = kind_of_owner(text_at(d, above, "type"), d[field.node].key);
  return kind == nullptr ? result<void>{} : give_lane(field, kind->stem, kind, at.output, d[above].index, {});
}

result<void> stream::give_lane(text_field& field, std::string_view stem, const text_kind* kind, index output, index part, std::string member) {
  if (kind != nullptr && (kind->where == text_kind::place::item || kind->where == text_kind::place::nowhere)) part.reset();
  auto at = std::find_if(lanes_.begin(), lanes_.end(), [&](const lane_state& l) {
    return l.output == output && l.part == part && l.stem == stem && l.member == member;
  });
  if (at == lanes_.end()) {
    lanes_.push_back({.stem = std::string(stem), .kind = kind, .output = output, .part = part, .member = member,
                      .path = path_of(stem, kind, output, part, member), .item_id = {}, .text = {}});
    at = lanes_.end() - 1;
  }
  if (at->ended) return malformed("text after the end of its part");
  field.lane = static_cast<lane>(at - lanes_.begin());
  return {};
}

void stream::end_lanes(const position& at) {
  const bool item = at.type == "response.output_item.done";
  const bool part = at.type.ends_with("_part.done");
  if (!at.type.ends_with(done_ends)) return;
  const std::string_view stem = without(at.type, done_ends);
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lane_state& l = lanes_[i];
    if (l.ended || l.output != at.output) continue;
    const bool in_part = part && l.part == at.part && (at.type == "response.content_part.done") == (l.kind != nullptr && l.kind->where == text_kind::place::content);
    const bool itself = l.stem == stem && (l.part == at.part || !l.part);
    if (!item && !in_part && !itself) continue;
    l.ended = true;
    view_.ended.push_back(static_cast<lane>(i));
  }
}

// All messages of an answer are one text (`output_text` of OpenAI's libraries),
// and the parts of one reasoning are.
std::uint32_t stream::text_of(lane of) const {
  const lane_state& l = lanes_.at(of);
  if (l.kind == nullptr || !l.output) return apart;
  if (l.stem == "response.output_text") return 0;
  const bool reasons = l.stem == "response.reasoning_text" || l.stem == "response.reasoning_summary_text";
  return reasons && *l.output < apart - 1 ? *l.output + 1 : apart;
}

void stream::amend(const document& data, bool /*as_it_came*/, json::edits& changes) const {
  const auto number = inserted_ == 0 ? std::nullopt : number_at<std::uint64_t>(data, "sequence_number");
  if (number) changes.replace_raw(data.find(document::root, "sequence_number"), std::to_string(*number + inserted_));
  position at{text_at(data, document::root, "type"), number_at<std::uint32_t>(data, "output_index"), number_at<std::uint32_t>(data, "content_index")};
  if (!at.part) at.part = number_at<std::uint32_t>(data, "summary_index");
  if (at.type.ends_with(delta_ends)) return;
  for (const text_field& f : view_.texts) {
    if (f.is_key || f.lane != no_lane) continue;
    const whole w = whole_of(data, at, f.node);
    const lane_state* said = w.kind == nullptr ? nullptr : continued(w);
    if (said != nullptr && data[f.node].text != said->text) say_again(data, f.node, said->text, changes);
  }
  if (at.type == "response.output_text.annotation.added") move_annotation(data, at, changes);
}

// The lane of a part that has one before it which is read as one text with it: what
// was found across the two is masked in what went out of it, and nobody sees it in
// the part alone.
const stream::lane_state* stream::continued(const whole& w) const {
  const lane_state* said = lane_of(w);
  if (said == nullptr) return nullptr;
  const std::uint32_t text = text_of(static_cast<lane>(said - lanes_.data()));
  const auto before = [&](const lane_state& l) { return text_of(static_cast<lane>(&l - lanes_.data())) == text; };
  const auto first = std::find_if(lanes_.begin(), lanes_.end(), before);
  return text != apart && &*first != said ? said : nullptr;
}

// What says the part's text once more says what went out of it; tokens and places
// in it are dropped.
void stream::say_again(const document& d, node_id text, const std::string& said, json::edits& changes) {
  changes.replace_string(text, said);
  for (const char* beside : {"logprobs", "annotations"}) {
    const node_id list = d.find(d[text].parent, beside);
    if (list != no_node && d[list].kind == kind::array) changes.replace_raw(list, "[]");
  }
}

// Where a text went out with masks, places in it that were said before are not those
// that were meant. The annotation stays, and points at the end of what went out.
void stream::move_annotation(const document& d, const position& at, json::edits& changes) const {
  const lane_state* said = lane_of({kind_of_stem("response.output_text"), at.output, at.part});
  const node_id note = d.find(document::root, "annotation");
  if (said == nullptr || !said->masked || note == no_node || d[note].kind != kind::object) return;
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };  // a character
  const std::string end = std::to_string(std::count_if(said->text.begin(), said->text.end(), begins));
  for (const char* place : {"start_index", "end_index", "index"}) {
    const node_id id = d.find(note, place);
    if (id != no_node && d[id].kind == kind::number) changes.replace_raw(id, end);
  }
}

void stream::passed_on(std::string_view data, bool as_they_were) {
  for (std::size_t i = told_lanes_; i < lanes_.size() && !as_they_were; ++i) lanes_[i].nameless = lanes_[i].kind == nullptr;
  // Of a delta only its labels and its number are kept, which need no second reading.
  const bool labels_only = as_they_were && text_at(*last_, document::root, "type").ends_with(delta_ends);
  if (labels_only || data == last_->source()) {
    learn(*last_);
    if (number_ && data != last_->source()) *number_ += inserted_;
    return;
  }
  json::reader reader;
  const auto sent = reader.read(data);
  expects(sent.has_value(), "an event that was sent is JSON");
  learn(**sent);
}

void stream::learn(const document& d) {
  const std::string_view type = text_at(d, document::root, "type");
  const position at{type, number_at<std::uint32_t>(d, "output_index"), std::nullopt};
  told_ = true;
  number_ = number_at<std::uint64_t>(d, "sequence_number");
  const node_id item = d.find(document::root, "item");
  const std::string_view item_id = item == no_node ? text_at(d, document::root, "item_id") : text_at(d, item, "id");
  for (; told_lanes_ < lanes_.size(); ++told_lanes_) lanes_[told_lanes_].item_id = item_id;
  if (const node_id response = d.find(document::root, "response"); response != no_node && d[response].kind == kind::object) {
    base_ = slice(d, response);
    model_ = text_at(d, response, "model");
    id_ = text_at(d, response, "id");
  }
  if (!at.output) return;
  if (type == "response.output_item.added" && item != no_node) {
    item_state& known = items_[*at.output] = {};
    known.id = item_id;
    known.type = text_at(d, item, "type");
    if (const node_id parts = d.find(item, "content"); parts != no_node && d[parts].kind == kind::array) {
      for (node_id p = d[parts].first_child; p != no_node; p = d[p].next) known.content[d[p].index].type = text_at(d, p, "type");
    }
  } else if (type == "response.output_item.done" && item != no_node) {
    items_[*at.output].json = slice(d, item);
  } else {
    learn_part(d, at);
  }
}

void stream::learn_part(const document& d, const position& at) {
  const node_id part = d.find(document::root, "part");
  const bool summary = at.type.starts_with("response.reasoning_summary_part.");
  const auto number = number_at<std::uint32_t>(d, summary ? "summary_index" : "content_index");
  if (part == no_node || !number || !(summary || at.type.starts_with("response.content_part."))) return;
  const auto item = items_.find(*at.output);
  if (item == items_.end()) return;
  part_state& known = (summary ? item->second.summary : item->second.content)[*number];
  known.type = text_at(d, part, "type");
  if (at.type.ends_with(done_ends)) known.json = slice(d, part);
}

}  // namespace stoplog::dialect::responses
