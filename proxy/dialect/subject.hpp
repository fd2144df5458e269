// Who asks, and in which conversation, as far as a request says so. The names
// are the same in all dialects: safety_identifier or user (OpenAI),
// metadata.user_id (Anthropic); conversation, or its id (responses),
// metadata.conversation_id.
#pragma once

#include "dialect/codec.hpp"

namespace stoplog::dialect {

// Fills facts.user, facts.conversation and facts.opening. `opening` is what the
// messages before the model's first answer say, role by role: a client that
// sends the whole history each time sends it again. Empty: there is none.
void read_subject(const json::document& body, const request_view& view, request_facts& facts);

}  // namespace stoplog::dialect
