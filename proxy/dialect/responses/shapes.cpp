#include "dialect/responses/shapes.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace stoplog::dialect::responses {
namespace {

constexpr member_shape request_members[] = {
    {"model", words}, {"instructions", instructions}, {"input", items}, {"tools", words}, {"tool_choice", words},
    {"text", words}, {"prompt", prompt}, {"metadata", words}, {"user", words}, {"safety_identifier", words},
    {"prompt_cache_key", words}, {"prompt_cache_options", words}, {"prompt_cache_retention", words}, {"previous_response_id", reference},
    {"conversation", conversation}, {"reasoning", words}, {"include", words}, {"truncation", words}, {"service_tier", words},
    {"stream_options", words}, {"moderation", words}, {"context_management", words}, {"background", number}, {"stream", number},
    {"store", number}, {"parallel_tool_calls", number}, {"max_output_tokens", number}, {"max_tool_calls", number},
    {"temperature", number}, {"top_p", number}, {"top_logprobs", number},
};

constexpr member_shape response_members[] = {
    {"id", words}, {"object", words}, {"status", words}, {"model", words}, {"error", words}, {"incomplete_details", words},
    {"output", items}, {"output_text", content}, {"instructions", instructions}, {"tools", words}, {"tool_choice", words}, {"text", words},
    {"prompt", words}, {"metadata", words}, {"user", words}, {"safety_identifier", words}, {"prompt_cache_key", words},
    {"prompt_cache_options", words}, {"prompt_cache_retention", words}, {"previous_response_id", words}, {"conversation", words},
    {"reasoning", words}, {"truncation", words}, {"service_tier", words}, {"moderation", words}, {"usage", words}, {"billing", words},
    {"created_at", number}, {"completed_at", number}, {"background", number}, {"store", number}, {"parallel_tool_calls", number},
    {"max_output_tokens", number}, {"max_tool_calls", number}, {"temperature", number}, {"top_p", number}, {"top_logprobs", number},
    {"frequency_penalty", number}, {"presence_penalty", number},
};

constexpr member_shape item_members[] = {
    {"id", words}, {"type", words}, {"status", words}, {"role", words}, {"content", content}, {"phase", words}, {"name", tool_name},
    {"namespace", words}, {"call_id", words}, {"summary", reasoning}, {"encrypted_content", encrypted}, {"arguments", arguments},
    {"input", arguments}, {"output", content}, {"code", code}, {"outputs", found}, {"container_id", words}, {"action", arguments},
    {"actions", arguments}, {"operation", arguments}, {"queries", arguments}, {"results", found}, {"result", image_data},
    {"revised_prompt", content}, {"tools", words}, {"error", found}, {"server_label", words}, {"approval_request_id", words},
    {"approve", number}, {"reason", content}, {"caller", words}, {"created_by", words}, {"environment", words},
    {"max_output_length", number}, {"pending_safety_checks", words}, {"acknowledged_safety_checks", words}, {"fingerprint", words},
    {"execution", words}, {"background", words}, {"output_format", words}, {"quality", words}, {"size", words},
};

constexpr member_shape part_members[] = {
    {"type", words}, {"text", content}, {"refusal", refusal}, {"annotations", annotations}, {"logprobs", token_lists},
    {"image_url", image}, {"input_audio", audio}, {"file_data", file_data}, {"file_id", file}, {"file_url", file}, {"filename", words},
    {"detail", words}, {"data", audio_data}, {"transcript", transcript}, {"stdout", content}, {"stderr", content}, {"outcome", words},
    {"created_by", words}, {"prompt_cache_breakpoint", words},
};

constexpr member_shape reasoning_members[] = {{"type", words}, {"id", words}, {"status", words}};
constexpr member_shape found_members[] = {{"type", words}, {"url", data}, {"file_id", words}, {"filename", words}, {"score", number},
                                            {"image_url", image}, {"file_data", file_data}};
constexpr member_shape token_members[] = {{"token", token}, {"logprob", number}, {"bytes", number}, {"top_logprobs", token_lists}};
constexpr member_shape prompt_members[] = {{"id", words}, {"version", words}, {"variables", found}};
constexpr member_shape id_members[] = {{"id", words}};
constexpr member_shape url_members[] = {{"url", data}, {"detail", words}};
constexpr member_shape audio_members[] = {{"data", data}, {"format", words}};

// What every event has, and what an event of no special kind may have.
constexpr std::array common = {
    member_shape{"type", words}, member_shape{"sequence_number", number}, member_shape{"item_id", words},
    member_shape{"output_index", number}, member_shape{"content_index", number}, member_shape{"summary_index", number},
    member_shape{"annotation_index", number}, member_shape{"partial_image_index", number}, member_shape{"obfuscation", words},
    member_shape{"status", words}, member_shape{"logprobs", token_lists}, member_shape{"item", item}, member_shape{"part", content},
    member_shape{"response", response}, member_shape{"annotation", annotations}, member_shape{"partial_image_b64", image_data},
    member_shape{"param", words}, member_shape{"message", words},
};

template <std::size_t N>
constexpr std::array<member_shape, N + common.size()> and_common(const std::array<member_shape, N>& own) {
  std::array<member_shape, N + common.size()> all{};
  for (std::size_t i = 0; i < N; ++i) all[i] = own[i];
  for (std::size_t i = 0; i < common.size(); ++i) all[N + i] = common[i];
  return all;
}

constexpr auto text_events = and_common(std::array{member_shape{"delta", content}, member_shape{"text", content}});
constexpr auto refusal_events = and_common(std::array{member_shape{"delta", refusal}, member_shape{"refusal", refusal}});
constexpr auto reasoning_events = and_common(std::array{member_shape{"part", reasoning}, member_shape{"delta", reasoning}, member_shape{"text", reasoning}});
constexpr auto arguments_events = and_common(
    std::array{member_shape{"delta", arguments}, member_shape{"arguments", arguments}, member_shape{"input", arguments}, member_shape{"name", tool_name}});
constexpr auto code_events = and_common(std::array{member_shape{"delta", code}, member_shape{"code", code}});
constexpr auto transcript_events = and_common(std::array{member_shape{"delta", transcript}, member_shape{"transcript", transcript}});
constexpr auto audio_events = and_common(std::array{member_shape{"delta", audio_data}});
constexpr auto other_events = and_common(std::array{member_shape{"code", words}});

constexpr member_shape kinds_of_events[] = {
    {"response.output_text.*", text_event}, {"response.refusal.*", refusal_event}, {"response.reasoning*", reasoning_event},
    {"response.*_arguments.*", arguments_event}, {"response.custom_tool_call_input.*", arguments_event},
    {"response.code_interpreter_call_code.*", code_event}, {"response.audio.transcript.*", transcript_event},
    {"response.audio.delta", audio_event}, {"*", event},
};

constexpr shape tree(channel text, shape_id self) { return {.text = text, .other = self, .elements = self}; }

constexpr shape shapes_table[] = {
    tree(channel::unknown, unknown_tree),
    tree(channel::metadata, words),
    tree(channel::unknown, unknown_tree),  // number
    {.members = request_members},
    {.members = response_members},
    {.text = channel::content, .members = item_members, .elements = item},
    {.text = channel::content, .members = item_members, .elements = item},
    {.text = channel::content, .members = item_members},
    {.text = channel::content, .members = part_members, .other = unknown_tree, .elements = content},
    tree(channel::refusal, refusal),
    {.text = channel::reasoning, .members = reasoning_members, .other = reasoning, .elements = reasoning},
    tree(channel::annotation, annotations),
    tree(channel::tool_arguments, arguments),
    tree(channel::tool_name, tool_name),
    tree(channel::code, code),
    tree(channel::transcript, transcript),
    {.text = channel::content, .members = found_members, .other = found, .elements = found},
    {.elements = token_entry},
    {.members = token_members},
    tree(channel::unknown, token),
    {.members = prompt_members, .opaque = "prompt_template"},
    {.text = channel::metadata, .members = id_members, .opaque = "previous_response"},
    {.text = channel::metadata, .members = id_members, .opaque = "conversation"},
    {.text = channel::metadata, .members = url_members, .opaque = "image_url", .data = true},
    {.text = channel::content, .other = found, .elements = image_data, .opaque = "image", .data = true},
    {.members = audio_members, .opaque = "input_audio"},
    {.text = channel::metadata, .other = words, .elements = words, .opaque = "audio", .data = true},
    {.text = channel::metadata, .members = id_members, .opaque = "file"},
    {.text = channel::metadata, .other = words, .elements = words, .opaque = "file", .data = true},
    {.text = channel::reasoning, .other = reasoning, .elements = reasoning, .opaque = "encrypted_content", .data = true},
    {.text = channel::metadata, .other = words, .elements = words, .opaque = "data", .data = true},
    {.members = text_events},
    {.members = refusal_events},
    {.members = reasoning_events},
    {.members = arguments_events},
    {.members = code_events},
    {.members = transcript_events},
    {.members = audio_events},
    {.members = other_events},
    {.members = kinds_of_events},
};
static_assert(std::size(shapes_table) == events + 1);

}  // namespace

std::span<const shape> table() noexcept { return shapes_table; }

shape_id event_root(std::string_view type) noexcept {
  struct { std::string_view stem; shape_id root; } constexpr known[] = {
      {"response.output_text.annotation", event},   {"response.output_text", text_event},
      {"response.refusal", refusal_event},          {"response.reasoning", reasoning_event},
      {"response.function_call_arguments", arguments_event}, {"response.mcp_call_arguments", arguments_event},
      {"response.mcp_call.arguments", arguments_event},      {"response.custom_tool_call_input", arguments_event},
      {"response.code_interpreter_call_code", code_event},   {"response.code_interpreter_call.code", code_event},
      {"response.audio.transcript", transcript_event},       {"response.audio", audio_event},
  };
  for (const auto& k : known) {
    if (type.starts_with(k.stem)) return k.root;
  }
  return event;
}

bool is_known_event(std::string_view type) noexcept {
  if (event_root(type) != event || type == "error" || type == "keepalive") return true;
  constexpr std::string_view stem = "response.";
  if (!type.starts_with(stem)) return false;
  type.remove_prefix(stem.size());
  constexpr std::string_view whole[] = {"created", "queued", "in_progress", "completed", "incomplete", "failed", "cancelled",
                                        "output_item.added", "output_item.done", "content_part.added", "content_part.done",
                                        "output_text.annotation.added"};
  constexpr std::string_view calls[] = {"file_search_call.", "web_search_call.", "image_generation_call.", "code_interpreter_call.",
                                        "mcp_call.", "mcp_list_tools."};
  constexpr std::string_view steps[] = {"in_progress", "searching", "generating", "interpreting", "partial_image", "completed", "failed"};
  const auto is = [&type](std::string_view name) { return type == name; };
  if (std::any_of(std::begin(whole), std::end(whole), is)) return true;
  const auto* call = std::find_if(std::begin(calls), std::end(calls), [&type](std::string_view name) { return type.starts_with(name); });
  if (call == std::end(calls)) return false;
  type.remove_prefix(call->size());
  return std::any_of(std::begin(steps), std::end(steps), is);
}

void refine(const json::document& in, std::vector<shape_id>& shapes) {
  for (json::node_id id = 0; id < in.size(); ++id) {
    if (shapes[id] != content || in[id].kind != json::kind::object) continue;
    const json::node_id type = in.find(id, "type");
    const json::node_id text = in.find(id, "text");
    if (type == json::no_node || text == json::no_node || in[type].kind != json::kind::string) continue;
    if (in[type].text == "reasoning_text" || in[type].text == "summary_text") shapes[text] = reasoning;
  }
}

}  // namespace stoplog::dialect::responses
