// What a stream of typed events writes itself: deltas with held text, blocked
// endings, errors.
#include "dialect/responses/answer.hpp"
#include "dialect/responses/stream.hpp"
#include "dialect/sse.hpp"

namespace stoplog::dialect::responses {
namespace {

// Appended to the arguments of a call that was cut: outside of a string this is
// no JSON, and within one it does not close it, so nobody can carry the call out.
constexpr std::string_view stopped_arguments = " stopped by policy";

constexpr std::string_view text_stem = "response.output_text";

using place = text_kind::place;

template <class Fill>
std::string typed_event(std::string_view type, std::optional<std::uint64_t> number, const Fill& fill) {
  json::writer w;
  w.begin_object().member("type", type);
  if (number) w.member("sequence_number", static_cast<std::int64_t>(*number));
  fill(w);
  std::string out;
  append_event(out, type, w.end_object().take());
  return out;
}

void write_part(json::writer& w, std::string_view type, const text_kind* kind, std::string_view text) {
  w.begin_object().member("type", type);
  if (kind != nullptr) w.member(kind->member, text);
  if (type == "output_text") w.key("annotations").begin_array().end_array().key("logprobs").begin_array().end_array();
  w.end_object();
}

void write_place(json::writer& w, std::string_view item_id, std::optional<std::uint32_t> output, std::optional<std::uint32_t> part, bool summary) {
  if (!output) return;
  w.member("item_id", item_id).member("output_index", static_cast<std::int64_t>(*output));
  if (part) w.member(summary ? "summary_index" : "content_index", static_cast<std::int64_t>(*part));
}

}  // namespace

std::string stream::delta(lane to, std::string_view text) {
  const lane_state& l = lanes_.at(to);
  std::string_view item_id = l.item_id;
  if (to >= told_lanes_) {
    // Labels from an event that the client has not seen are not judged yet, and
    // it knows no part that this event would have added.
    const auto item = l.output ? items_.find(*l.output) : items_.end();
    const bool in_item = l.kind != nullptr && l.kind->where != place::nowhere;
    if (l.kind == nullptr || (in_item && item == items_.end())) return {};
    if (l.kind->where == place::content && !(l.part && item->second.content.contains(*l.part))) return {};
    if (l.kind->where == place::summary && !(l.part && item->second.summary.contains(*l.part))) return {};
    if (in_item) item_id = item->second.id;
  }
  // A text that stands deeper in an unknown event cannot be carried by one of ours.
  if (l.nameless || (l.kind == nullptr && l.member != "delta")) return {};
  if (number_ || !told_) number_ = number_ ? *number_ + 1 : 0;
  ++inserted_;
  return typed_event(l.stem + ".delta", number_, [&](json::writer& w) {
    write_place(w, item_id, l.output, l.part, l.kind != nullptr && l.kind->where == place::summary);
    w.member("delta", text);
    if (l.stem == text_stem) w.key("logprobs").begin_array().end_array();
  });
}

// The events that end a stream, one after the other.
class stream::closing {
 public:
  closing(const stream& of, std::string_view message) : of_(of), message_(message), number_(of.number_) {}

  std::string write(lane blocked);

 private:
  template <class Fill>
  void add(std::string_view type, const Fill& fill) {
    if (number_ || !of_.told_) number_ = number_ ? *number_ + 1 : 0;
    out_ += typed_event(type, number_, fill);
  }
  const lane_state* lane_of(const text_kind* kind, std::uint32_t output, index part) const;
  std::string close_part(std::uint32_t output, const item_state& item, std::uint32_t number, const part_state& part, bool summary);
  std::string close_item(std::uint32_t output, const item_state& item);
  void spoil_call(std::uint32_t output, const item_state& item);
  void speak_in(const lane_state& l);
  void speak_anew();
  void add_delta(std::string_view item_id, std::uint32_t output, std::uint32_t part);

  const stream& of_;
  std::string_view message_;       // until it was said
  std::optional<std::uint64_t> number_;
  const lane_state* spoke_in_ = nullptr;
  item_state mine_;
  std::string said_;
  std::vector<std::string> output_;
  std::string out_;
};

const stream::lane_state* stream::closing::lane_of(const text_kind* kind, std::uint32_t output, index part) const {
  for (const lane_state& l : of_.lanes_) {
    if (kind != nullptr && l.kind == kind && l.output == output && l.part == part) return &l;
  }
  return nullptr;
}

std::string stream::closing::close_part(std::uint32_t output, const item_state& item, std::uint32_t number, const part_state& part, bool summary) {
  if (!part.json.empty()) return part.json;
  const text_kind* kind = nullptr;
  for (const text_kind& k : text_kinds()) {
    if (k.owner == part.type && (k.where == place::summary) == summary) kind = &k;
  }
  const lane_state* l = lane_of(kind, output, number);
  std::string text = l == nullptr ? std::string() : l->text;
  if ((l != nullptr && l == spoke_in_) || &item == &mine_) text += said_;
  if (kind != nullptr) {
    add(std::string(kind->stem) + ".done", [&](json::writer& w) {
      write_place(w, item.id, output, number, summary);
      w.member(kind->member, text);
      if (part.type == "output_text") w.key("logprobs").begin_array().end_array();
    });
  }
  json::writer made;
  write_part(made, part.type, kind, text);
  std::string json = made.take();
  add(summary ? "response.reasoning_summary_part.done" : "response.content_part.done", [&](json::writer& w) {
    write_place(w, item.id, output, number, summary);
    w.key("part").raw(json);
  });
  return json;
}

std::string stream::closing::close_item(std::uint32_t output, const item_state& item) {
  std::vector<std::string> summary;
  std::vector<std::string> content;
  for (const auto& [number, part] : item.summary) summary.push_back(close_part(output, item, number, part, true));
  for (const auto& [number, part] : item.content) content.push_back(close_part(output, item, number, part, false));
  const auto write_list = [](json::writer& w, std::string_view key, const std::vector<std::string>& parts) {
    w.key(key).begin_array();
    for (const std::string& part : parts) w.raw(part);
    w.end_array();
  };
  json::writer made;
  made.begin_object().member("id", item.id).member("type", item.type).member("status", "incomplete");
  if (item.type == "message") made.member("role", "assistant");
  else write_list(made, "summary", summary);
  if (item.type == "message" || !content.empty()) write_list(made, "content", content);
  std::string json = made.end_object().take();
  add("response.output_item.done", [&](json::writer& w) { w.member("output_index", static_cast<std::int64_t>(output)).key("item").raw(json); });
  return json;
}

// A call that was not done is never said to be: it has no done event, it does
// not stand in the response, and what is there of its arguments cannot be read.
void stream::closing::spoil_call(std::uint32_t output, const item_state& item) {
  for (const text_kind& kind : text_kinds()) {
    if (!kind.runs || kind.owner != item.type) continue;
    add(std::string(kind.stem) + ".delta", [&](json::writer& w) {
      write_place(w, item.id, output, std::nullopt, false);
      w.member("delta", stopped_arguments);
    });
  }
}

void stream::closing::add_delta(std::string_view item_id, std::uint32_t output, std::uint32_t part) {
  add(std::string(text_stem) + ".delta", [&](json::writer& w) {
    write_place(w, item_id, output, part, false);
    w.member("delta", said_).key("logprobs").begin_array().end_array();
  });
}

void stream::closing::speak_in(const lane_state& l) {
  spoke_in_ = &l;
  said_ = message_;
  message_ = {};
  add_delta(of_.items_.at(*l.output).id, *l.output, *l.part);
}

// A message of our own, when there is no open one to speak in.
void stream::closing::speak_anew() {
  const std::uint32_t output = of_.items_.empty() ? 0 : of_.items_.rbegin()->first + 1;
  mine_ = {.id = "msg_stopped", .type = "message", .json = {}, .content = {{0, {"output_text", {}}}}, .summary = {}};
  said_ = message_;
  add("response.output_item.added", [&](json::writer& w) {
    w.member("output_index", static_cast<std::int64_t>(output)).key("item").raw(message_item(mine_.id, {}));
  });
  add("response.content_part.added", [&](json::writer& w) {
    write_place(w, mine_.id, output, 0, false);
    w.key("part");
    write_part(w, "output_text", kind_of_stem(text_stem), {});
  });
  add_delta(mine_.id, output, 0);
  output_.push_back(close_item(output, mine_));
}

std::string stream::closing::write(lane blocked) {
  if (of_.base_.empty()) {
    add("response.created", [&](json::writer& w) { w.key("response").raw(with_output({}, "in_progress", {})); });
  }
  if (!message_.empty() && blocked != no_lane) {
    const lane_state& l = of_.lanes_.at(blocked);
    const auto item = l.output ? of_.items_.find(*l.output) : of_.items_.end();
    const bool open = item != of_.items_.end() && item->second.json.empty() && item->second.type == "message";
    const bool speaks = open && l.stem == text_stem && l.part && item->second.content.contains(*l.part) &&
                        item->second.content.at(*l.part).json.empty();
    if (speaks) speak_in(l);
  }
  for (const auto& [output, item] : of_.items_) {
    if (!item.json.empty()) output_.push_back(item.json);
    else if (item.type == "message" || item.type == "reasoning") output_.push_back(close_item(output, item));
    else spoil_call(output, item);
  }
  if (!message_.empty()) speak_anew();
  add("response.incomplete", [&](json::writer& w) { w.key("response").raw(with_output(of_.base_, "incomplete", output_)); });
  return std::move(out_);
}

std::string stream::ending(lane blocked, const blocked_ending& why) const { return closing(*this, why.message).write(blocked); }

// The openai libraries (Node and Python) raise an API error for data with an
// `error` member; others look at the type.
std::string stream::error_event(std::string_view code, std::string_view message) const {
  const auto number = number_ || !told_ ? std::optional(number_ ? *number_ + 1 : 0) : std::nullopt;
  return typed_event("error", number, [&](json::writer& w) {
    w.member("code", code).member("message", message).key("param").null();
    w.key("error").begin_object().member("message", message).member("type", "api_error").key("param").null().member("code", code).end_object();
  });
}

}  // namespace stoplog::dialect::responses
