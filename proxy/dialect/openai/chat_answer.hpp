// Reads an answer of chat completions, or of completions, that came whole, and
// ends its choices.
#pragma once

#include "dialect/codec.hpp"
#include "dialect/openai/chat_shapes.hpp"

#include <vector>

namespace stoplog::dialect::openai {

// What tells chat completions from the completions before them.
struct choices_format {
  std::string_view object;  // of an answer
  std::string_view chunk;   // of a chunk
  shape_id answer;
  shape_id choice;
  bool nested;              // the text stands in the choice's message or delta, not in the choice itself
  std::string_view text;    // its member
};
inline constexpr choices_format chat_format{"chat.completion", "chat.completion.chunk", answer, choice, true, "content"};
inline constexpr choices_format completions_format{"text_completion", "text_completion", completion_answer, completion_choice, false, "text"};

// Any JSON object is read: an upstream's error is an answer, too. Errors:
// upstream_malformed.
result<answer_view> read_chat_answer(const json::document& body, const choices_format& format);

void end_chat_answer(const json::document& body, const std::vector<json::node_id>& blocked, const blocked_ending& why,
                     const choices_format& format, json::edits& changes);

// The logprobs of a choice as repeats of the texts in `speaker`: its message, its
// delta, or itself.
void find_repeats(const json::document& in, json::node_id choice, json::node_id speaker, const choices_format& format,
                  std::vector<repeat>& repeats);

// A list of annotations, which say places in a text (or in one of the parts that a
// content is), as a repeat of it.
void find_places(const json::document& in, json::node_id list, json::node_id text, std::vector<repeat>& repeats);

// Whether the tokens of one list make up `text`.
bool tokens_say(const json::document& in, json::node_id list, std::string_view text);

}  // namespace stoplog::dialect::openai
