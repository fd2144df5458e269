#include "dialect/openai/chat_request.hpp"

#include "dialect/openai/chat_shapes.hpp"
#include "dialect/openai/request_members.hpp"

namespace stoplog::dialect::openai {
namespace {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

result<role> read_role(const document& d, node_id message) {
  const node_id id = d.find(message, "role");
  if (id == no_node || d[id].kind != kind::string) return wrong("a message must have a role");
  // A role that no rule could name would carry its text past every rule.
  const auto known = role_from(d[id].text);
  if (!known || *known == role::none) return wrong("a message has a role that is not known");
  return *known;
}

result<void> check_messages(const document& d) {
  const node_id list = d.find(document::root, "messages");
  if (list == no_node || d[list].kind != kind::array) return wrong("messages must be an array");
  if (d[list].first_child == no_node) return wrong("messages must not be empty");
  for (node_id at = d[list].first_child; at != no_node; at = d[at].next) {
    if (d[at].kind != kind::object) return wrong("a message must be an object");
    const node_id text = present(d, at, "content");
    const bool fits = text == no_node || d[text].kind == kind::string || d[text].kind == kind::array;
    if (!fits) return wrong("the content of a message must be a string or an array of parts");
  }
  return {};
}

// Every string, and every key that no shape lists, in document order.
result<void> collect(const document& d, const std::vector<shape_id>& shapes, request_view& view) {
  const auto table = chat_shapes();
  role speaker = role::none;
  std::uint32_t speaks_until = 0;
  lane number = 0;  // of the message
  for (node_id id = 0; id < d.size(); ++id) {
    const json::node& n = d[id];
    const shape& is = table[shapes[id]];
    if (n.begin >= speaks_until) speaker = role::none;
    if (shapes[id] == message && n.kind == kind::object) {
      const auto known = read_role(d, id);
      if (!known) return known.error();
      speaker = *known;
      speaks_until = n.end;
      number = n.index;
    }
    const surface where{direction::request, speaker, is.text};
    if (is_free_key(d, id, table, shapes)) view.texts.push_back({id, where, no_lane, true});
    if (!is.opaque.empty() && n.kind != kind::null) view.opaque.push_back({id, is.opaque});
    if (n.kind != kind::string || n.text.empty()) continue;
    const bool is_part = shapes[id] == content && n.parent != no_node && shapes[n.parent] != message;
    const lane together = is_part && speaker != role::none ? number : no_lane;
    view.texts.push_back({id, where, together, false, is.data && is_data(n.text)});
  }
  view.facts.text_bytes = bytes_of(d, view.texts);
  return {};
}

}  // namespace

result<request_view> read_chat_request(const document& body) {
  if (body[document::root].kind != kind::object) return wrong("the body must be an object");
  std::vector<shape_id> shapes;
  const auto given = give_shapes(body, chat_shapes(), request, true, shapes);
  if (!given) return given.error();
  auto facts = read_common_facts(body);
  if (!facts) return facts.error();
  const auto choices = read_n(body);
  if (!choices) return choices.error();
  facts->choices = *choices;
  const auto checked = check_messages(body);
  if (!checked) return checked.error();
  request_view view;
  view.facts = std::move(*facts);
  const auto collected = collect(body, shapes, view);
  if (!collected) return collected.error();
  return view;
}

}  // namespace stoplog::dialect::openai
