#include "dialect/openai/chat_answer.hpp"

#include "dialect/collect.hpp"
#include "dialect/openai/request_members.hpp"

#include <algorithm>

namespace stoplog::dialect::openai {
namespace {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

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

std::string ended_choice(std::int64_t index, const blocked_ending& why, const choices_format& format) {
  json::writer w;
  w.begin_object().member("index", index);
  if (format.nested) {
    w.key("message").begin_object().member("role", "assistant").member(format.text, why.message).key("refusal").null().end_object();
  } else {
    w.member(format.text, why.message);
  }
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
std::string ended_answer(const document& in, const blocked_ending& why, const choices_format& format) {
  json::writer w;
  w.begin_object().member("id", "").member("object", format.object).member("created", std::int64_t{0});
  w.member("model", "").key("choices").begin_array();
  const node_id list = in.find(document::root, "choices");
  const bool any = list != no_node && in[list].kind == kind::array && in[list].first_child != no_node;
  if (!any) w.raw(ended_choice(0, why, format));
  for (node_id at = any ? in[list].first_child : no_node; at != no_node; at = in[at].next) {
    w.raw(ended_choice(index_of(in, at), why, format));
  }
  w.end_array().end_object();
  return w.take();
}

}  // namespace

// A token is an object that says it, or (completions) the string itself.
bool tokens_say(const document& in, node_id list, std::string_view text) {
  for (node_id at = in[list].first_child; at != no_node; at = in[at].next) {
    const node_id token = in[at].kind == kind::string ? at : in.find(at, "token");
    if (token == no_node || !text.starts_with(in[token].text)) return false;
    text.remove_prefix(in[token].text.size());
  }
  return text.empty();
}

void find_places(const document& in, node_id list, node_id text, std::vector<repeat>& repeats) {
  if (list == no_node || in[list].kind != kind::array || in[list].first_child == no_node || text == no_node) return;
  if (in[text].kind == kind::string) repeats.push_back({list, text, "[]"});
  if (in[text].kind != kind::array) return;
  for (node_id part = in[text].first_child; part != no_node; part = in[part].next) {
    if (in[part].kind == kind::object) find_places(in, list, in.find(part, "text"), repeats);
  }
}

void find_repeats(const document& in, node_id choice, node_id speaker, const choices_format& format, std::vector<repeat>& repeats) {
  if (speaker != no_node && in[speaker].kind == kind::object) find_places(in, in.find(speaker, "annotations"), in.find(speaker, format.text), repeats);
  const node_id logs = in.find(choice, "logprobs");
  if (logs == no_node || in[logs].kind != kind::object) return;
  const auto text_of = [&](std::string_view key) {
    const node_id text = speaker == no_node ? no_node : in.find(speaker, key);
    return text != no_node && in[text].kind == kind::string ? text : no_node;
  };
  const auto says = [&](node_id list, node_id text) { return tokens_say(in, list, text == no_node ? std::string_view{} : in[text].text); };
  if (!format.nested) {
    const node_id text = text_of(format.text);
    const node_id tokens = in.find(logs, "tokens");
    repeats.push_back({logs, tokens != no_node && says(tokens, text) ? text : no_node});
    return;
  }
  for (node_id list = in[logs].first_child; list != no_node; list = in[list].next) {
    if (in[list].kind != kind::array) continue;
    const node_id text = text_of(in[list].key);
    if (in[list].first_child != no_node) repeats.push_back({list, says(list, text) ? text : no_node});
  }
}

result<answer_view> read_chat_answer(const document& body, const choices_format& format) {
  if (body[document::root].kind != kind::object) return fail(errc::upstream_malformed, "an answer must be an object");
  const auto table = chat_shapes();
  std::vector<shape_id> shapes;
  const auto given = give_shapes(body, table, format.answer, false, shapes);
  if (!given) return given.error();
  answer_view view;
  std::uint32_t choice_end = 0;
  const auto speaker = [&](node_id id) {
    const bool begins = shapes[id] == format.choice && body[id].kind == kind::object;
    if (begins) {
      choice_end = body[id].end;
      find_repeats(body, id, format.nested ? body.find(id, "message") : id, format, view.repeats);
    }
    return body[id].begin < choice_end ? role::assistant : role::none;
  };
  collect_texts(body, table, shapes, direction::response, speaker, view);
  for (text_field& f : view.texts) {
    // The parts of one message's content are read as one text.
    const bool is_part = !f.is_key && shapes[f.node] == content && body[f.node].key == "text" && shapes[body[f.node].parent] == part;
    if (is_part) f.lane = choice_around(body, f.node);
  }
  view.model = word(body, "model");
  view.id = word(body, "id");
  return view;
}

void end_chat_answer(const document& body, const std::vector<node_id>& blocked, const blocked_ending& why, const choices_format& format,
                     json::edits& changes) {
  std::vector<node_id> ended;
  for (const node_id id : blocked) {
    const node_id in = choice_around(body, id);
    // A blocked text outside the choices may stand anywhere: nothing is kept.
    if (in == no_node) return changes.replace_raw(document::root, ended_answer(body, why, format));
    if (std::find(ended.begin(), ended.end(), in) == ended.end()) ended.push_back(in);
  }
  for (const node_id id : ended) changes.replace_raw(id, ended_choice(index_of(body, id), why, format));
}

}  // namespace stoplog::dialect::openai
