#include "dialect/opaque_kinds.hpp"

namespace stoplog::dialect {
namespace {

constexpr opaque_kind kinds[] = {
    {"image_url", "OpenAI: an image in a request, or on a screen that a tool saw."},
    {"video_url", "OpenAI: a video in a request."},
    {"input_audio", "OpenAI: sound in a request."},
    {"audio", "OpenAI: sound in an answer, or named again in a request; its transcript is scanned."},
    {"image", "OpenAI: an image that the model made. Anthropic: an image in a request or in a tool's result."},
    {"document", "Anthropic: a document that is no text, by its data or its address."},
    {"file", "A file, by its data, its address or its id."},
    {"data", "OpenAI's Responses: base64 in what a tool brought back."},
    {"token_ids", "OpenAI: numbers of tokens instead of a text."},
    {"embedding", "OpenAI: an answer's vector in base64."},
    {"encrypted_content", "OpenAI's Responses: reasoning that only the upstream can read."},
    {"encrypted", "Anthropic: thinking, or what a tool brought back, that only the upstream can read."},
    {"thinking_signature", "Anthropic: the signature of a thinking; it comes with every thinking."},
    {"prompt_template", "OpenAI's Responses: a stored prompt, named in a request; its variables are scanned."},
    {"previous_response", "OpenAI's Responses: an earlier response that stands upstream."},
    {"conversation", "OpenAI's Responses: a conversation that stands upstream."},
    {"item_reference", "OpenAI's Responses: an item that stands upstream."},
    {"previous_message", "Anthropic: an earlier message that stands upstream."},
};

}  // namespace

std::span<const opaque_kind> opaque_kinds() noexcept { return kinds; }

}  // namespace stoplog::dialect
