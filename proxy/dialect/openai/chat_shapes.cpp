#include "dialect/openai/chat_shapes.hpp"

namespace stoplog::dialect::openai {
namespace {

constexpr member_shape request_members[] = {
    {"messages", messages}, {"model", words}, {"tools", tools}, {"functions", tools}, {"tool_choice", words},
    {"function_call", words}, {"response_format", words}, {"prediction", prediction}, {"stop", words}, {"user", words},
    {"metadata", words}, {"safety_identifier", words}, {"prompt_cache_key", words}, {"prompt_cache_retention", words},
    {"modalities", words}, {"audio", words}, {"reasoning_effort", words}, {"verbosity", words}, {"service_tier", words},
    {"web_search_options", words}, {"stream_options", words}, {"logit_bias", words}, {"stream", number}, {"n", number},
    {"store", number}, {"temperature", number}, {"top_p", number}, {"max_tokens", number}, {"max_completion_tokens", number},
    {"frequency_penalty", number}, {"presence_penalty", number}, {"logprobs", number}, {"top_logprobs", number},
    {"seed", number}, {"parallel_tool_calls", number},
};

constexpr member_shape message_members[] = {
    {"content", content}, {"role", words}, {"name", words}, {"refusal", refusal}, {"tool_calls", tool_calls},
    {"function_call", function_call}, {"tool_call_id", words}, {"reasoning_content", reasoning}, {"reasoning", reasoning},
    {"reasoning_details", reasoning}, {"thinking_blocks", reasoning}, {"audio", spoken}, {"annotations", annotations},
    {"images", content},
};

constexpr member_shape part_members[] = {
    {"type", words}, {"text", content}, {"refusal", refusal}, {"thinking", reasoning}, {"image_url", image},
    {"input_audio", audio_input}, {"file", file}, {"video_url", video}, {"cache_control", words},
};

constexpr member_shape reasoning_members[] = {{"type", words}, {"id", words}, {"format", words}, {"index", number}};
constexpr member_shape tool_call_members[] = {
    {"index", number}, {"id", words}, {"type", words}, {"function", function_call}, {"custom", custom_call}};
constexpr member_shape function_call_members[] = {{"name", tool_name}, {"arguments", arguments}};
constexpr member_shape custom_call_members[] = {{"name", tool_name}, {"input", arguments}};
constexpr member_shape spoken_members[] = {{"id", words}, {"data", data}, {"transcript", transcript}, {"expires_at", number}};
constexpr member_shape image_members[] = {{"url", data}, {"detail", words}};
constexpr member_shape audio_input_members[] = {{"data", data}, {"format", words}};
constexpr member_shape file_members[] = {{"file_data", data}, {"file_id", words}, {"filename", words}};
constexpr member_shape tool_members[] = {{"type", words}, {"function", tool_function}, {"custom", tool_function},
                                         {"name", words}, {"description", words}, {"parameters", words}};
constexpr member_shape tool_function_members[] = {
    {"name", words}, {"description", words}, {"parameters", words}, {"format", words}, {"strict", number}};
constexpr member_shape prediction_members[] = {{"type", words}, {"content", content}};

constexpr member_shape answer_members[] = {
    {"id", words}, {"object", words}, {"created", number}, {"model", words}, {"system_fingerprint", words},
    {"service_tier", words}, {"choices", choices}, {"usage", words}, {"citations", annotations}, {"search_results", annotations},
    {"obfuscation", words},
};
constexpr member_shape choice_members[] = {{"index", number}, {"message", message}, {"delta", message},
                                           {"finish_reason", words}, {"logprobs", logprobs}};
constexpr member_shape logprobs_members[] = {{"content", token_lists}, {"refusal", token_lists}};
constexpr member_shape token_members[] = {{"token", token}, {"logprob", number}, {"bytes", number}, {"top_logprobs", token_lists}};

constexpr member_shape completion_request_members[] = {
    {"model", words}, {"prompt", texts}, {"suffix", texts}, {"stop", words}, {"user", words}, {"stream_options", words},
    {"logit_bias", words}, {"stream", number}, {"n", number}, {"best_of", number}, {"echo", number}, {"logprobs", number},
    {"max_tokens", number}, {"temperature", number}, {"top_p", number}, {"frequency_penalty", number}, {"presence_penalty", number},
    {"seed", number},
};
constexpr member_shape completion_answer_members[] = {
    {"id", words}, {"object", words}, {"created", number}, {"model", words}, {"system_fingerprint", words},
    {"service_tier", words}, {"choices", completion_choices}, {"usage", words}, {"obfuscation", words},
};
constexpr member_shape completion_choice_members[] = {
    {"index", number}, {"text", texts}, {"finish_reason", words}, {"logprobs", completion_logprobs}};
constexpr member_shape completion_logprobs_members[] = {
    {"tokens", token}, {"token_logprobs", number}, {"top_logprobs", token}, {"text_offset", number}};

// A leaf, or a tree of which everything is of one channel.
constexpr shape tree(channel text, shape_id self) { return {.text = text, .other = self, .elements = self}; }

constexpr shape table[] = {
    tree(channel::unknown, unknown_tree),
    tree(channel::metadata, words),
    tree(channel::unknown, unknown_tree),  // number
    {.members = request_members},
    {.elements = message},
    {.members = message_members},
    {.text = channel::content, .members = part_members, .elements = part},
    {.text = channel::content, .members = part_members},
    tree(channel::refusal, refusal),
    {.text = channel::reasoning, .members = reasoning_members, .other = reasoning, .elements = reasoning},
    {.elements = tool_call},
    {.members = tool_call_members},
    {.members = function_call_members},
    {.members = custom_call_members},
    tree(channel::tool_name, tool_name),
    tree(channel::tool_arguments, arguments),
    {.members = spoken_members, .opaque = "audio"},
    tree(channel::transcript, transcript),
    tree(channel::annotation, annotations),
    {.text = channel::metadata, .members = image_members, .opaque = "image_url", .data = true},
    {.members = audio_input_members, .opaque = "input_audio"},
    {.members = file_members, .opaque = "file"},
    {.text = channel::metadata, .members = image_members, .opaque = "video_url", .data = true},
    {.text = channel::metadata, .other = words, .elements = words, .data = true},
    {.elements = tool},
    {.members = tool_members},
    {.text = channel::metadata, .members = tool_function_members},
    {.members = prediction_members},
    {.members = answer_members},
    {.elements = choice},
    {.members = choice_members},
    {.members = logprobs_members},
    {.elements = token_entry},
    {.members = token_members},
    tree(channel::unknown, token),
    {.members = completion_request_members},
    {.text = channel::content, .elements = texts},
    {.members = completion_answer_members},
    {.elements = completion_choice},
    {.members = completion_choice_members},
    {.members = completion_logprobs_members},
};
static_assert(std::size(table) == completion_logprobs + 1);

}  // namespace

std::span<const shape> chat_shapes() noexcept { return table; }

}  // namespace stoplog::dialect::openai
