#include "dialect/responses/request.hpp"

#include "dialect/collect.hpp"
#include "dialect/openai/request_members.hpp"
#include "dialect/responses/items.hpp"
#include "dialect/responses/shapes.hpp"

namespace stoplog::dialect::responses {
namespace {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;
using openai::present;
using openai::wrong;

result<void> check_item(const document& d, node_id item) {
  if (d[item].kind != kind::object) return wrong("an item of the input must be an object");
  const node_id speaks = present(d, item, "role");
  if (speaks == no_node) return {};
  // A role that no rule could name would carry its text past every rule.
  const auto known = d[speaks].kind == kind::string ? role_from(d[speaks].text) : std::nullopt;
  if (!known || *known == role::none) return wrong("an item has a role that is not known");
  return {};
}

result<void> check_input(const document& d) {
  const node_id input = present(d, document::root, "input");
  if (input == no_node || d[input].kind == kind::string) return {};
  if (d[input].kind != kind::array) return wrong("input must be a string or an array of items");
  for (node_id at = d[input].first_child; at != no_node; at = d[at].next) {
    const auto checked = check_item(d, at);
    if (!checked) return checked;
  }
  return {};
}

}  // namespace

result<request_view> read_request(const document& body) {
  if (body[document::root].kind != kind::object) return wrong("the body must be an object");
  std::vector<shape_id> shapes;
  const auto given = give_shapes(body, table(), request, true, shapes);
  if (!given) return given.error();
  refine(body, shapes);
  auto facts = openai::read_common_facts(body);
  if (!facts) return facts.error();
  const auto checked = check_input(body);
  if (!checked) return checked.error();
  request_view view;
  view.facts = std::move(*facts);
  speakers speaker(body, shapes, direction::request);
  std::vector<node_id> around(body.size(), no_node);
  const auto whose = [&](node_id id) {
    const role r = speaker(id);
    around[id] = speaker.around();
    return r;
  };
  collect_texts(body, table(), shapes, direction::request, whose, view);
  note_references(body, shapes, view.opaque);
  for (text_field& f : view.texts) {
    // The parts of one item reach the model as one text.
    if (!f.is_key && shapes[f.node] == content && around[f.node] != no_node) f.lane = around[f.node];
  }
  view.facts.text_bytes = openai::bytes_of(body, view.texts);
  return view;
}

}  // namespace stoplog::dialect::responses
