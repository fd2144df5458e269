#include "demo/typed_events.hpp"

#include "json/writer.hpp"

#include <limits>

namespace stoplog::demo {
namespace {

using json::writer;
using channel = choice::channel;

// The tokens of each channel as an item of its own.
std::vector<choice> split_items(const choice& whole) {
  std::vector<choice> items;
  for (const choice::token& token : whole.tokens) {
    if (items.empty() || items.back().tokens.front().channel != token.channel) {
      items.emplace_back();
      items.back().tool = whole.tool;
    }
    items.back().tokens.push_back(token);
  }
  return items;
}

channel channel_of(const choice& item) { return item.tokens.front().channel; }

std::string item_id(std::size_t index) { return "item_demo_" + std::to_string(index); }

std::string part_of(channel of, std::string_view text) {
  writer w;
  w.begin_object().member("type", of == channel::reasoning ? "summary_text" : "output_text").member("text", text);
  if (of == channel::content) w.key("annotations").begin_array().end_array().key("logprobs").begin_array().end_array();
  return w.end_object().take();
}

// With an empty text: as it is when it is added.
std::string item_of(const choice& of, std::size_t index, std::string_view text, bool done) {
  writer w;
  w.begin_object().member("id", std::string_view(item_id(index)));
  switch (channel_of(of)) {
    case channel::reasoning:
    case channel::content: {
      const bool reasoning = channel_of(of) == channel::reasoning;
      w.member("type", reasoning ? "reasoning" : "message");
      if (!reasoning) w.member("role", "assistant");
      w.key(reasoning ? "summary" : "content").begin_array();
      if (done) w.raw(part_of(channel_of(of), text));
      w.end_array();
      break;
    }
    case channel::arguments:
      w.member("type", "function_call").member("call_id", "call_demo_1").member("name", std::string_view(of.tool)).member("arguments", text);
      break;
  }
  return w.member("status", done ? "completed" : "in_progress").end_object().take();
}

std::string response_of(const ask& asked, std::string_view status, const std::vector<std::string>& items, std::size_t tokens) {
  writer w;
  w.begin_object().member("id", response_id).member("object", "response").member("created_at", answer_created);
  w.member("status", status).key("error").null().key("incomplete_details").null().key("instructions").null();
  w.member("model", std::string_view(asked.model)).key("output").begin_array();
  for (const std::string& item : items) w.raw(item);
  w.end_array().member("parallel_tool_calls", true).key("previous_response_id").null().member("tool_choice", "auto");
  w.key("tools").begin_array().end_array().key("metadata").begin_object().end_object().key("usage");
  if (status == "completed") {
    const auto asked_for = static_cast<std::int64_t>(split_tokens(asked.last_message).size());
    const auto answered = static_cast<std::int64_t>(tokens);
    w.begin_object().member("input_tokens", asked_for).member("output_tokens", answered).member("total_tokens", asked_for + answered).end_object();
  } else {
    w.null();
  }
  return w.end_object().take();
}

std::string_view stem_of(channel of) {
  switch (of) {
    case channel::content: return "response.output_text";
    case channel::reasoning: return "response.reasoning_summary_text";
    case channel::arguments: return "response.function_call_arguments";
  }
  return {};
}

void write_place(writer& w, const choice& of, std::size_t index) {
  w.member("item_id", std::string_view(item_id(index))).member("output_index", static_cast<std::int64_t>(index));
  if (channel_of(of) == channel::content) w.member("content_index", std::int64_t{0});
  if (channel_of(of) == channel::reasoning) w.member("summary_index", std::int64_t{0});
}

std::size_t times(std::size_t tokens, std::size_t repeats) {
  const std::size_t most = std::numeric_limits<std::size_t>::max() / 16;
  return repeats > most / std::max<std::size_t>(tokens, 1) ? most : tokens * repeats;
}

}  // namespace

std::string whole_response(const ask& asked, const script& played) {
  std::vector<std::string> items;
  std::size_t tokens = 0;
  for (const choice& item : split_items(played.choices.back())) {
    std::string text;
    for (std::size_t i = 0; i < played.repeats; ++i) {
      for (const choice::token& token : item.tokens) text += token.text;
    }
    tokens += times(item.tokens.size(), played.repeats);
    items.push_back(item_of(item, items.size(), text, true));
  }
  return response_of(asked, "completed", items, tokens);
}

typed_events::typed_events(ask asked, script played)
    : asked_(std::move(asked)), played_(std::move(played)), items_(split_items(played_.choices.back())) {
  for (const std::string_view type : {"response.created", "response.in_progress"}) {
    add(type, [&](writer& w) { w.key("response").raw(response_of(asked_, "in_progress", {}, 0)); });
  }
}

template <class Fill>
void typed_events::add(std::string_view type, const Fill& fill) {
  writer w;
  w.begin_object().member("type", type).member("sequence_number", number_++);
  fill(w);
  ready_.push_back("event: " + std::string(type) + "\ndata: " + w.end_object().take() + "\n\n");
}

std::size_t typed_events::total() const noexcept {
  std::size_t sum = 0;
  for (const choice& item : items_) sum += times(item.tokens.size(), played_.repeats);
  return sum;
}

void typed_events::open() {
  const choice& item = items_[item_];
  add("response.output_item.added", [&](writer& w) {
    w.member("output_index", static_cast<std::int64_t>(item_)).key("item").raw(item_of(item, item_, {}, false));
  });
  if (channel_of(item) != channel::arguments) {
    const bool reasoning = channel_of(item) == channel::reasoning;
    add(reasoning ? "response.reasoning_summary_part.added" : "response.content_part.added", [&](writer& w) {
      write_place(w, item, item_);
      w.key("part").raw(part_of(channel_of(item), {}));
    });
  }
  opened_ = true;
  said_.clear();
  position_ = 0;
}

void typed_events::say() {
  const choice& item = items_[item_];
  const std::string& text = item.tokens[position_++ % item.tokens.size()].text;
  ++sent_;
  if (said_.size() < 1U << 20U) said_ += text;
  add(std::string(stem_of(channel_of(item))) + ".delta", [&](writer& w) {
    write_place(w, item, item_);
    w.member("delta", std::string_view(text));
    if (channel_of(item) == channel::content) w.key("logprobs").begin_array().end_array();
  });
}

void typed_events::close() {
  const choice& item = items_[item_];
  const bool arguments = channel_of(item) == channel::arguments;
  add(std::string(stem_of(channel_of(item))) + ".done", [&](writer& w) {
    write_place(w, item, item_);
    w.member(arguments ? "arguments" : "text", std::string_view(said_));
    if (arguments) w.member("name", std::string_view(item.tool));
    if (channel_of(item) == channel::content) w.key("logprobs").begin_array().end_array();
  });
  if (!arguments) {
    const bool reasoning = channel_of(item) == channel::reasoning;
    add(reasoning ? "response.reasoning_summary_part.done" : "response.content_part.done", [&](writer& w) {
      write_place(w, item, item_);
      w.key("part").raw(part_of(channel_of(item), said_));
    });
  }
  done_.push_back(item_of(item, item_, said_, true));
  add("response.output_item.done", [&](writer& w) { w.member("output_index", static_cast<std::int64_t>(item_)).key("item").raw(done_.back()); });
  opened_ = false;
  ++item_;
}

std::optional<std::string> typed_events::next() {
  if (ready_.empty()) {
    if (over_) return std::nullopt;
    if (item_ == items_.size()) {
      add("response.completed", [&](writer& w) { w.key("response").raw(response_of(asked_, "completed", done_, sent_)); });
      over_ = true;
    } else if (!opened_) {
      open();
    } else if (position_ < times(items_[item_].tokens.size(), played_.repeats)) {
      say();
    } else {
      close();
    }
  }
  std::string event = std::move(ready_.front());
  ready_.pop_front();
  return event;
}

}  // namespace stoplog::demo
