#include "dialect/openai/input_codec.hpp"

#include "dialect/collect.hpp"
#include "dialect/openai/request_members.hpp"

namespace stoplog::dialect::openai {

using json::document;
using json::kind;
using json::no_node;

result<request_view> input_codec::read_request(const document& body) const {
  if (body[document::root].kind != kind::object) return wrong("the body must be an object");
  const auto table = input_shapes();
  std::vector<shape_id> shapes;
  const auto given = give_shapes(body, table, request_, true, shapes);
  if (!given) return given.error();
  if (present(body, document::root, "input") == no_node) return wrong("input must be there");
  request_view view;
  if (needs_model_ || present(body, document::root, "model") != no_node) {
    auto facts = read_common_facts(body);
    if (!facts) return facts.error();
    view.facts = std::move(*facts);
  }
  view.facts.streamed = false;
  const auto speaker = [&](json::node_id id) { return shapes[id] == input || shapes[id] == input_part ? role::user : role::none; };
  collect_texts(body, table, shapes, direction::request, speaker, view);
  note_token_ids(body, shapes, input, view.opaque);
  view.facts.text_bytes = bytes_of(body, view.texts);
  return view;
}

result<answer_view> input_codec::read_answer(const document& body) const {
  if (body[document::root].kind != kind::object) return fail(errc::upstream_malformed, "an answer must be an object");
  std::vector<shape_id> shapes;
  const auto given = give_shapes(body, input_shapes(), answer_, false, shapes);
  if (!given) return given.error();
  answer_view view;
  const auto nobody = [](json::node_id) { return role::none; };
  collect_texts(body, input_shapes(), shapes, direction::response, nobody, view);
  view.model = word(body, "model");
  view.id = word(body, "id");
  return view;
}

void input_codec::end_answer(const document& /*body*/, const std::vector<json::node_id>& /*blocked*/, const blocked_ending& /*why*/,
                             json::edits& changes) const {
  changes.replace_raw(document::root, std::string(nothing_));
}

}  // namespace stoplog::dialect::openai
