#include "dialect/openai/models_codec.hpp"

#include "dialect/collect.hpp"

namespace stoplog::dialect::openai {
namespace {

enum models_shape : shape_id { unknown_tree, words, answer, list };

constexpr member_shape model_members[] = {
    {"id", words}, {"object", words}, {"type", words}, {"created", words}, {"created_at", words}, {"owned_by", words},
    {"display_name", words}, {"data", list}, {"first_id", words}, {"last_id", words}, {"has_more", words},
};

constexpr shape table[] = {
    {},
    {.text = channel::metadata, .other = words, .elements = words},
    {.members = model_members},
    {.elements = answer},
};
static_assert(std::size(table) == list + 1);

}  // namespace

shape_root models_codec::answer_shape() const { return {table, answer}; }

result<request_view> models_codec::read_request(const json::document& /*body*/) const {
  return fail(errc::malformed_request, "this endpoint takes no body");
}

result<answer_view> models_codec::read_answer(const json::document& body) const {
  std::vector<shape_id> shapes;
  const auto given = give_shapes(body, table, answer, false, shapes);
  if (!given) return given.error();
  answer_view view;
  const auto nobody = [](json::node_id) { return role::none; };
  collect_texts(body, table, shapes, direction::response, nobody, view);
  return view;
}

void models_codec::end_answer(const json::document& /*body*/, const std::vector<json::node_id>& /*blocked*/,
                              const blocked_ending& /*why*/, json::edits& changes) const {
  changes.replace_raw(json::document::root, R"({"object":"list","data":[]})");
}

}  // namespace stoplog::dialect::openai
