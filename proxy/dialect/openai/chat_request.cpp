#include "dialect/openai/chat_request.hpp"

#include "dialect/collect.hpp"
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
    const auto said = read_role(d, at);
    if (!said) return said.error();
    const node_id text = present(d, at, "content");
    const bool fits = text == no_node || d[text].kind == kind::string || d[text].kind == kind::array;
    if (!fits) return wrong("the content of a message must be a string or an array of parts");
  }
  return {};
}

// Whose the values are, in document order: a message's are its speaker's.
class speakers {
 public:
  speakers(const document& d, const std::vector<shape_id>& shapes) : d_(d), shapes_(shapes), messages_(d.size(), no_node) {}

  role operator()(node_id id) {
    if (message_ != no_node && d_[id].begin >= d_[message_].end) message_ = no_node;
    if (shapes_[id] == message && d_[id].kind == kind::object) {
      message_ = id;
      const auto said = read_role(d_, id);
      speaker_ = said ? *said : role::none;
    }
    messages_[id] = message_;
    return message_ == no_node ? role::none : speaker_;
  }

  node_id message_of(node_id id) const noexcept { return messages_[id]; }

 private:
  const document& d_;
  const std::vector<shape_id>& shapes_;
  std::vector<node_id> messages_;
  node_id message_ = no_node;
  role speaker_ = role::none;
};

void collect(const document& d, const std::vector<shape_id>& shapes, request_view& view) {
  speakers speaker(d, shapes);
  collect_texts(d, chat_shapes(), shapes, direction::request, speaker, view);
  for (text_field& f : view.texts) {
    const node_id in = speaker.message_of(f.node);
    const bool is_part = !f.is_key && shapes[f.node] == content && in != no_node && d[f.node].parent != in;
    if (is_part) f.lane = d[in].index;
  }
  view.facts.text_bytes = bytes_of(d, view.texts);
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
  collect(body, shapes, view);
  return view;
}

}  // namespace stoplog::dialect::openai
