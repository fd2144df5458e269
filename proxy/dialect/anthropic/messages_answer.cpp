#include "dialect/anthropic/messages_answer.hpp"

#include "dialect/anthropic/messages_shapes.hpp"
#include "dialect/anthropic/messages_texts.hpp"

#include <algorithm>

namespace stoplog::dialect::anthropic {
namespace {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

std::string refusal(const blocked_ending& why) {
  json::writer w;
  write_refusal(w, why);
  return w.take();
}

std::string told_blocks(const blocked_ending& why) {
  json::writer w;
  w.begin_array();
  if (!why.message.empty()) w.begin_object().member("type", "text").member("text", why.message).end_object();
  return w.end_array().take();
}

// An answer of which nothing is kept.
std::string ended_answer(const blocked_ending& why) {
  json::writer w;
  w.begin_object().member("id", "").member("type", "message").member("role", "assistant").member("model", "");
  w.key("content").raw(told_blocks(why)).member("stop_reason", "refusal").key("stop_sequence").null();
  w.key("stop_details").raw(refusal(why)).key("usage").begin_object();
  w.member("input_tokens", std::int64_t{0}).member("output_tokens", std::int64_t{0}).end_object();
  return w.end_object().take();
}

}  // namespace

void write_refusal(json::writer& to, const blocked_ending& why) {
  to.begin_object().member("type", "refusal").key("category").null().key("explanation");
  if (why.message.empty()) to.null();
  else to.string(why.message);
  to.end_object();
}

result<answer_view> read_messages_answer(const document& body) {
  if (body[document::root].kind != kind::object) return fail(errc::upstream_malformed, "an answer must be an object");
  std::vector<shape_id> shapes;
  const auto given = give_shapes(body, message_shapes(), answer, false, shapes);
  if (!given) return given.error();
  const node_id said = body.find(document::root, "content");
  const auto owner = [&](node_id id) -> ownership {
    if (said == no_node || body[id].begin < body[said].begin || body[id].end > body[said].end) return {};
    const bool top = is_block_text(body, id) && body[body[id].parent].parent == said;
    return {role::assistant, top ? said : no_lane};
  };
  answer_view view;
  collect_texts(body, shapes, direction::response, owner, view);
  for (node_id id = 0; id < body.size(); ++id) {
    if (shapes[id] != signature || body[id].kind != kind::string) continue;
    const node_id thinking = body.find(body[id].parent, "thinking");
    if (thinking == no_node) continue;
    std::string marked;
    json::append_string(marked, marked_signature(body[id].text));
    view.repeats.push_back({id, thinking, std::move(marked)});
  }
  view.model = word(body, document::root, "model");
  view.id = word(body, document::root, "id");
  return view;
}

void end_messages_answer(const document& body, const std::vector<node_id>& blocked, const blocked_ending& why,
                         json::edits& changes) {
  const node_id said = body.find(document::root, "content");
  const node_id reason = body.find(document::root, "stop_reason");
  const auto in_content = [&](node_id id) { return body[id].begin >= body[said].begin && body[id].end <= body[said].end && id != said; };
  // A blocked text outside the content may stand anywhere: nothing is kept.
  const bool kept = said != no_node && reason != no_node && std::all_of(blocked.begin(), blocked.end(), in_content);
  if (!kept) return changes.replace_raw(document::root, ended_answer(why));
  changes.replace_raw(said, told_blocks(why));
  changes.replace_raw(reason, "\"refusal\"");
  const auto replace = [&](std::string_view key, std::string with) {
    if (const node_id id = body.find(document::root, key); id != no_node) changes.replace_raw(id, std::move(with));
  };
  replace("stop_sequence", "null");
  replace("stop_details", refusal(why));
}

}  // namespace stoplog::dialect::anthropic
