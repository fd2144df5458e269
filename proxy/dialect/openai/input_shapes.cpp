#include "dialect/openai/input_shapes.hpp"

namespace stoplog::dialect::openai {
namespace {

constexpr member_shape embeddings_request_members[] = {{"input", input}, {"model", input_words}, {"encoding_format", input_words},
                                                       {"dimensions", input_number}, {"user", input_words}};
constexpr member_shape moderations_request_members[] = {{"input", input}, {"model", input_words}};
constexpr member_shape part_members[] = {{"type", input_words}, {"text", input_part}, {"image_url", input_image}};
constexpr member_shape image_members[] = {{"url", input_words}};
constexpr member_shape embeddings_answer_members[] = {{"object", input_words}, {"data", embedding_list}, {"model", input_words},
                                                      {"id", input_words}, {"created", input_number}, {"usage", input_words}};
constexpr member_shape embedding_members[] = {{"object", input_words}, {"index", input_number}, {"embedding", vector}};
constexpr member_shape moderations_answer_members[] = {{"id", input_words}, {"model", input_words}, {"results", input_words}};

constexpr shape tree(channel text, shape_id self) { return {.text = text, .other = self, .elements = self}; }

constexpr shape table[] = {
    tree(channel::unknown, input_unknown),
    tree(channel::metadata, input_words),
    tree(channel::unknown, input_unknown),  // number
    {.members = embeddings_request_members},
    {.members = moderations_request_members},
    {.text = channel::content, .members = part_members, .elements = input},
    {.text = channel::content, .other = input_part, .elements = input_part},
    {.text = channel::metadata, .members = image_members, .opaque = "image_url", .data = true},
    {.members = embeddings_answer_members},
    {.elements = embedding},
    {.members = embedding_members},
    {.elements = input_number, .opaque = "embedding", .data = true},
    {.members = moderations_answer_members},
};
static_assert(std::size(table) == moderations_answer + 1);

}  // namespace

std::span<const shape> input_shapes() noexcept { return table; }

}  // namespace stoplog::dialect::openai
