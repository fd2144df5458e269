#include "dialect/responses/answer.hpp"

#include "dialect/collect.hpp"
#include "dialect/openai/chat_answer.hpp"
#include "dialect/responses/items.hpp"
#include "dialect/responses/shapes.hpp"

#include <algorithm>
#include <array>

namespace stoplog::dialect::responses {
namespace {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

constexpr std::string_view incomplete = "incomplete";
constexpr std::string_view filtered = R"({"reason":"content_filter"})";

// The item of `output` that a value stands in; no_node outside of it.
node_id output_item(const document& in, node_id output, node_id id) {
  for (; id != no_node; id = in[id].parent) {
    if (in[id].parent == output) return id;
  }
  return no_node;
}

std::string ended_item(const document& in, node_id item, const blocked_ending& why) {
  // Its identifier may be what was blocked.
  return message_item("msg_stopped_" + std::to_string(in[item].index), why.message);
}

// All messages of an answer are one text (`output_text` of OpenAI's libraries); of
// any other item its parts are.
void join_parts(const document& in, const std::vector<shape_id>& shapes, std::vector<text_field>& texts) {
  const node_id output = in.find(document::root, "output");
  if (output == no_node) return;
  for (text_field& f : texts) {
    if (f.is_key || (shapes[f.node] != content && shapes[f.node] != reasoning) || in[f.node].key != "text") continue;
    const node_id item = output_item(in, output, f.node);
    if (item != no_node) f.lane = text_at(in, item, "type") == "message" ? output : item;
  }
}

}  // namespace

void find_repeats(const document& in, node_id list, node_id text, std::vector<repeat>& repeats) {
  if (list == no_node || in[list].kind != kind::array || in[list].first_child == no_node) return;
  if (text != no_node && in[text].kind != kind::string) text = no_node;
  const bool same = openai::tokens_say(in, list, text == no_node ? std::string_view{} : in[text].text);
  repeats.push_back({list, same ? text : no_node, "[]"});
}

void find_repeats_of_part(const document& in, node_id part, std::vector<repeat>& repeats) {
  const node_id text = in.find(part, "text");
  find_repeats(in, in.find(part, "logprobs"), text, repeats);
  openai::find_places(in, in.find(part, "annotations"), text, repeats);
}

result<answer_view> read_answer(const document& body) {
  if (body[document::root].kind != kind::object) return fail(errc::upstream_malformed, "an answer must be an object");
  std::vector<shape_id> shapes;
  const auto given = give_shapes(body, table(), response, false, shapes);
  if (!given) return given.error();
  refine(body, shapes);
  answer_view view;
  collect_texts(body, table(), shapes, direction::response, speakers(body, shapes, direction::response), view);
  join_parts(body, shapes, view.texts);
  for (node_id id = 0; id < body.size(); ++id) {
    if (shapes[id] == content && body[id].kind == kind::object) find_repeats_of_part(body, id, view.repeats);
  }
  view.model = text_at(body, document::root, "model");
  view.id = text_at(body, document::root, "id");
  return view;
}

std::string message_item(std::string_view id, std::string_view text) {
  json::writer w;
  w.begin_object().member("id", id).member("type", "message").member("status", "incomplete").member("role", "assistant");
  w.key("content").begin_array();
  if (!text.empty()) {
    w.begin_object().member("type", "output_text").member("text", text);
    w.key("annotations").begin_array().end_array().key("logprobs").begin_array().end_array().end_object();
  }
  return w.end_array().end_object().take();
}

std::string with_output(std::string_view base, std::string_view status, const std::vector<std::string>& output) {
  constexpr std::array replaced = {"status", "incomplete_details", "error", "output", "output_text", "completed_at"};
  json::reader reader;
  json::writer w;
  w.begin_object();
  if (base.empty()) {
    w.member("id", "").member("object", "response").member("created_at", std::int64_t{0}).member("model", "");
    w.key("instructions").null().key("metadata").begin_object().end_object().key("tools").begin_array().end_array();
    w.member("tool_choice", "auto").member("parallel_tool_calls", true).key("temperature").null().key("top_p").null().key("usage").null();
  } else {
    const auto read = reader.read(base);
    expects(read.has_value(), "a response that was sent is JSON");
    const document& d = **read;
    for (node_id at = d[document::root].first_child; at != no_node; at = d[at].next) {
      if (std::find(replaced.begin(), replaced.end(), d[at].key) != replaced.end()) continue;
      w.key(d[at].key).raw(d.source().substr(d[at].begin, d[at].end - d[at].begin));
    }
  }
  w.member("status", status).key("error").null().key("incomplete_details").raw(status == incomplete ? filtered : "null").key("output").begin_array();
  for (const std::string& item : output) w.raw(item);
  return w.end_array().end_object().take();
}

void end_answer(const document& body, const std::vector<node_id>& blocked, const blocked_ending& why, json::edits& changes) {
  const node_id output = body.find(document::root, "output");
  const node_id status = body.find(document::root, "status");
  const node_id details = body.find(document::root, "incomplete_details");
  node_id first = no_node;
  bool outside = output == no_node || body[output].kind != kind::array || status == no_node || details == no_node;
  for (const node_id id : blocked) {
    const node_id in = outside ? no_node : output_item(body, output, id);
    outside = outside || in == no_node;
    if (!outside && (first == no_node || body[in].index < body[first].index)) first = in;
  }
  if (outside || first == no_node) {
    const auto items = why.message.empty() ? std::vector<std::string>{} : std::vector{message_item("msg_stopped_0", why.message)};
    return changes.replace_raw(document::root, with_output({}, incomplete, items));
  }
  // What came after it was said in its knowledge.
  changes.replace_raw(first, ended_item(body, first, why));
  for (node_id later = body[first].next; later != no_node; later = body[later].next) changes.remove_member(later);
  changes.replace_string(status, incomplete);
  changes.replace_raw(details, std::string(filtered));
}

}  // namespace stoplog::dialect::responses
