#include "dialect/responses/text_kind.hpp"

#include <algorithm>

namespace stoplog::dialect::responses {
namespace {

using place = text_kind::place;

constexpr text_kind kinds[] = {
    {"response.output_text", "output_text", "text", place::content},
    {"response.refusal", "refusal", "refusal", place::content},
    {"response.reasoning_text", "reasoning_text", "text", place::content},
    {"response.reasoning_summary_text", "summary_text", "text", place::summary},
    {"response.function_call_arguments", "function_call", "arguments", place::item, true},
    {"response.custom_tool_call_input", "custom_tool_call", "input", place::item, true},
    {"response.mcp_call_arguments", "mcp_call", "arguments", place::item, true},
    {"response.code_interpreter_call_code", "code_interpreter_call", "code", place::item},
    {"response.audio.transcript", "", "transcript", place::nowhere},
};

}  // namespace

std::span<const text_kind> text_kinds() noexcept { return kinds; }

const text_kind* kind_of_stem(std::string_view stem) noexcept {
  const auto* at = std::find_if(std::begin(kinds), std::end(kinds), [stem](const text_kind& k) { return k.stem == stem; });
  return at == std::end(kinds) ? nullptr : at;
}

const text_kind* kind_of_owner(std::string_view type, std::string_view member) noexcept {
  const auto is = [&](const text_kind& k) { return !k.owner.empty() && k.owner == type && k.member == member; };
  const auto* at = std::find_if(std::begin(kinds), std::end(kinds), is);
  return at == std::end(kinds) ? nullptr : at;
}

}  // namespace stoplog::dialect::responses
