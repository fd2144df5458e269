#include "dialect/openai/chat_answer.hpp"

#include "dialect/openai/chat_shapes.hpp"

#include <algorithm>

namespace stoplog::dialect::openai {
namespace {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

// Whether the tokens of one list make up `text`.
bool tokens_say(const document& in, node_id list, std::string_view text) {
  for (node_id at = in[list].first_child; at != no_node; at = in[at].next) {
    const node_id token = in.find(at, "token");
    if (token == no_node || !text.starts_with(in[token].text)) return false;
    text.remove_prefix(in[token].text.size());
  }
  return text.empty();
}

// The choice that a value stands in, or no_node.
node_id choice_around(const document& in, node_id id) {
  node_id below = no_node;
  node_id at = id;
  for (; in[at].parent != no_node; at = in[at].parent) {
    const node_id parent = in[at].parent;
    if (in[parent].parent == document::root && in[parent].key == "choices" && in[parent].kind == kind::array) below = at;
  }
  return below;
}

std::string ended_choice(std::int64_t index, const blocked_ending& why) {
  json::writer w;
  w.begin_object().member("index", index);
  w.key("message").begin_object().member("role", "assistant").member("content", why.message).key("refusal").null().end_object();
  w.key("logprobs").null().member("finish_reason", "content_filter").end_object();
  return w.take();
}

std::int64_t index_of(const document& in, node_id choice) {
  const node_id id = in.find(choice, "index");
  const bool simple = id != no_node && in[id].kind == kind::number && in[id].text.size() < 9 &&
                      in[id].text.find_first_not_of("0123456789") == std::string_view::npos;
  return simple ? std::stoll(std::string(in[id].text)) : in[choice].index;
}

// An answer of which nothing is kept but its choices' numbers.
std::string ended_answer(const document& in, const blocked_ending& why) {
  json::writer w;
  w.begin_object().member("id", "").member("object", "chat.completion").member("created", std::int64_t{0});
  w.member("model", "").key("choices").begin_array();
  const node_id list = in.find(document::root, "choices");
  const bool any = list != no_node && in[list].kind == kind::array && in[list].first_child != no_node;
  if (!any) w.raw(ended_choice(0, why));
  for (node_id at = any ? in[list].first_child : no_node; at != no_node; at = in[at].next) {
    w.raw(ended_choice(index_of(in, at), why));
  }
  w.end_array().end_object();
  return w.take();
}

}  // namespace

void find_repeats(const document& in, node_id choice, node_id speaker, std::vector<repeat>& repeats) {
  const node_id logs = in.find(choice, "logprobs");
  if (logs == no_node || in[logs].kind != kind::object) return;
  for (node_id list = in[logs].first_child; list != no_node; list = in[list].next) {
    if (in[list].kind != kind::array) continue;
    node_id text = speaker == no_node ? no_node : in.find(speaker, in[list].key);
    if (text != no_node && in[text].kind != kind::string) text = no_node;
    const bool same = tokens_say(in, list, text == no_node ? std::string_view{} : in[text].text);
    if (in[list].first_child != no_node) repeats.push_back({list, same ? text : no_node});
  }
}

role speaker_of(const document& in, node_id id, const std::vector<shape_id>& shapes) noexcept {
  for (; id != no_node; id = in[id].parent) {
    if (shapes[id] == choice) return role::assistant;
  }
  return role::none;
}

result<answer_view> read_chat_answer(const document& body) {
  if (body[document::root].kind != kind::object) return fail(errc::upstream_malformed, "an answer must be an object");
  const auto table = chat_shapes();
  std::vector<shape_id> shapes;
  const auto given = give_shapes(body, table, answer, false, shapes);
  if (!given) return given.error();
  answer_view view;
  for (node_id id = 0; id < body.size(); ++id) {
    const json::node& n = body[id];
    const shape& is = table[shapes[id]];
    const surface where{direction::response, speaker_of(body, id, shapes), is.text};
    if (is_free_key(body, id, table, shapes)) view.texts.push_back({id, where, no_lane, true});
    if (!is.opaque.empty() && n.kind != kind::null) view.opaque.push_back({id, is.opaque});
    if (n.kind == kind::string && !n.text.empty() && !(is.data && is_data(n.text))) view.texts.push_back({id, where, no_lane, false});
    if (shapes[id] == choice && n.kind == kind::object) find_repeats(body, id, body.find(id, "message"), view.repeats);
  }
  const auto word = [&body](std::string_view key) {
    const node_id id = body.find(document::root, key);
    return id != no_node && body[id].kind == kind::string ? std::string(body[id].text) : std::string();
  };
  view.model = word("model");
  view.id = word("id");
  return view;
}

void end_chat_answer(const document& body, const std::vector<node_id>& blocked, const blocked_ending& why,
                      json::edits& changes) {
  std::vector<node_id> ended;
  for (const node_id id : blocked) {
    const node_id in = choice_around(body, id);
    // A blocked text outside the choices may stand anywhere: nothing is kept.
    if (in == no_node) return changes.replace_raw(document::root, ended_answer(body, why));
    if (std::find(ended.begin(), ended.end(), in) == ended.end()) ended.push_back(in);
  }
  for (const node_id id : ended) changes.replace_raw(id, ended_choice(index_of(body, id), why));
}

}  // namespace stoplog::dialect::openai
