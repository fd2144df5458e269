// Reads an answer of Anthropic's messages that came whole, and ends it.
#pragma once

#include "dialect/codec.hpp"

#include <vector>

namespace stoplog::dialect::anthropic {

// Any JSON object is read: an upstream's error is an answer, too. Errors:
// upstream_malformed.
result<answer_view> read_messages_answer(const json::document& body);

void end_messages_answer(const json::document& body, const std::vector<json::node_id>& blocked,
                         const blocked_ending& why, json::edits& changes);

// {"type":"refusal","category":null,"explanation":...}: what stop_details say
// beside the stop_reason "refusal".
void write_refusal(json::writer& to, const blocked_ending& why);

}  // namespace stoplog::dialect::anthropic
