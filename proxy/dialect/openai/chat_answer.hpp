// Reads an answer of chat completions that came whole, and ends its choices.
#pragma once

#include "dialect/codec.hpp"
#include "dialect/shape.hpp"

#include <vector>

namespace stoplog::dialect::openai {

// Any JSON object is read: an upstream's error is an answer, too. Errors:
// upstream_malformed.
result<answer_view> read_chat_answer(const json::document& body);

void end_chat_answer(const json::document& body, const std::vector<json::node_id>& blocked,
                      const blocked_ending& why, json::edits& changes);

// The logprobs of a choice (shape `choice`) as repeats of the texts in
// `speaker`, its message or delta.
void find_repeats(const json::document& in, json::node_id choice, json::node_id speaker, std::vector<repeat>& repeats);

// The speaker of a value: what stands in a choice is the assistant's.
role speaker_of(const json::document& in, json::node_id id, const std::vector<shape_id>& shapes) noexcept;

}  // namespace stoplog::dialect::openai
