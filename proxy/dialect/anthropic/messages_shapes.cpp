#include "dialect/anthropic/messages_shapes.hpp"

namespace stoplog::dialect::anthropic {
namespace {

constexpr member_shape request_members[] = {
    {"model", words}, {"messages", messages}, {"system", content}, {"max_tokens", number}, {"stream", number},
    {"temperature", number}, {"top_k", number}, {"top_p", number}, {"stop_sequences", words}, {"metadata", words},
    {"tools", words}, {"tool_choice", words}, {"thinking", words}, {"service_tier", words}, {"container", words},
    {"context_management", words}, {"mcp_servers", words}, {"output_config", words}, {"output_format", words},
    {"cache_control", words}, {"inference_geo", words}, {"speed", words}, {"thread", thread},
};

constexpr member_shape thread_members[] = {{"type", words}, {"previous_message_id", earlier}};

constexpr member_shape message_members[] = {{"role", words}, {"content", content}};

constexpr member_shape block_members[] = {
    {"type", words}, {"text", text}, {"id", words}, {"name", tool_name}, {"input", tool_input}, {"tool_use_id", words},
    {"content", content}, {"is_error", number}, {"source", source}, {"title", title}, {"context", text},
    {"citations", citations}, {"cache_control", words}, {"thinking", thinking}, {"signature", signature}, {"data", encrypted},
    {"server_name", words}, {"caller", words}, {"file_id", words}, {"url", words}, {"page_age", words},
    {"encrypted_content", encrypted}, {"encrypted_stdout", encrypted}, {"stdout", code_output}, {"stderr", code_output},
    {"return_code", number}, {"error_code", words}, {"retrieved_at", words},
};

constexpr member_shape source_members[] = {{"type", words}, {"media_type", words}, {"data", source_data},
                                           {"url", words}, {"file_id", words}, {"content", content}};

constexpr member_shape answer_members[] = {
    {"id", words}, {"type", words}, {"role", words}, {"model", words}, {"content", content}, {"stop_reason", words},
    {"stop_sequence", words}, {"stop_details", words}, {"usage", words}, {"container", words}, {"context_management", words},
    {"input_tokens", number}, {"error", words}, {"request_id", words},
};

constexpr member_shape event_members[] = {
    {"type", words}, {"index", number}, {"message", answer}, {"content_block", block}, {"delta", delta},
    {"usage", words}, {"context_management", words}, {"error", words}, {"request_id", words},
};

constexpr member_shape delta_members[] = {
    {"type", words}, {"text", text}, {"thinking", thinking}, {"partial_json", tool_input}, {"signature", signature},
    {"citation", citations}, {"content", text}, {"stop_reason", words}, {"stop_sequence", words}, {"stop_details", words},
    {"container", words},
};

// A leaf, or a tree of which everything is of one channel.
constexpr shape tree(channel of, shape_id self) { return {.text = of, .other = self, .elements = self}; }
constexpr shape leaf_data(std::string_view kind) {
  return {.text = channel::metadata, .other = words, .elements = words, .opaque = kind, .data = true};
}

constexpr shape table[] = {
    tree(channel::unknown, unknown_tree),
    tree(channel::metadata, words),
    tree(channel::unknown, unknown_tree),  // number
    {.members = request_members},
    {.elements = message},
    {.members = message_members},
    // Whoever sends a block without its list is read all the same.
    {.text = channel::content, .members = block_members, .elements = block},
    {.text = channel::content, .members = block_members},
    tree(channel::content, text),
    tree(channel::content, title),
    tree(channel::reasoning, thinking),
    leaf_data("thinking_signature"),
    leaf_data("encrypted"),
    tree(channel::tool_name, tool_name),
    tree(channel::tool_arguments, tool_input),
    tree(channel::annotation, citations),
    {.text = channel::content, .members = source_members, .opaque = "document"},  // or image, or file: by the block's type
    {.text = channel::content, .other = text, .elements = text, .data = true},
    tree(channel::content, code_output),
    {.text = channel::metadata, .members = thread_members},
    {.text = channel::metadata, .other = words, .elements = words, .opaque = "previous_message"},
    {.members = answer_members},
    {.members = event_members},
    {.members = delta_members},
};
static_assert(std::size(table) == delta + 1);

}  // namespace

std::span<const shape> message_shapes() noexcept { return table; }

}  // namespace stoplog::dialect::anthropic
