// Reads a response that came whole, and ends it.
#pragma once

#include "dialect/codec.hpp"

namespace stoplog::dialect::responses {

// Any JSON object is read: an upstream's error is an answer, too. Errors:
// upstream_malformed.
result<answer_view> read_answer(const json::document& body);

// What is blocked goes: a part of a message with its text, anything else with
// its item, and the whole where it stands in none. The response is incomplete then.
void end_answer(const json::document& body, const std::vector<json::node_id>& blocked, const blocked_ending& why,
                json::edits& changes);

// The `logprobs` beside each text, as repeats of it.
void find_repeats(const json::document& in, json::node_id list, json::node_id text, std::vector<repeat>& repeats);

// The same of a part of a message, and its annotations, which say places in its text.
void find_repeats_of_part(const json::document& in, json::node_id part, std::vector<repeat>& repeats);

// A response as the base says it (JSON of a response, or empty), but with these
// items (JSON, each): incomplete by the policy's doing, or in_progress.
std::string with_output(std::string_view base, std::string_view status, const std::vector<std::string>& output);

// The JSON of a message that says nothing but the policy's word.
std::string message_item(std::string_view id, std::string_view text);

}  // namespace stoplog::dialect::responses
