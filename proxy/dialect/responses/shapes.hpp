// The shapes of OpenAI's Responses: requests, responses and typed events.
// https://platform.openai.com/docs/api-reference/responses
#pragma once

#include "dialect/shape.hpp"

#include <string_view>

namespace stoplog::dialect::responses {

// In the order of the table.
enum response_shape : shape_id {
  unknown_tree,   // whatever it is, its strings and keys are texts
  words,          // names, identifiers, settings
  number,
  request,
  response,
  instructions,   // a string, or items
  items,          // a string, or items
  item,
  content,        // a string, a part, or parts
  refusal,
  reasoning,      // a string, or parts
  annotations,
  arguments,      // of any tool, as JSON, free text or a tree
  tool_name,
  code,
  transcript,
  found,          // what a tool brought back, as a tree
  token_lists,
  token_entry,
  token,
  prompt,         // a stored template: its text is elsewhere
  reference,      // names text that stands elsewhere
  conversation,
  image,
  image_data,
  audio,
  audio_data,
  file,
  file_data,
  encrypted,
  data,
  // events, by what they carry
  text_event,
  refusal_event,
  reasoning_event,
  arguments_event,
  code_event,
  transcript_event,
  audio_event,
  event,          // any other
  events,         // of no document: the kinds of events by their types, for whoever lists them
};

std::span<const shape> table() noexcept;

// The root of an event's data, by its type.
shape_id event_root(std::string_view type) noexcept;

// Whether this version knows events of the type.
bool is_known_event(std::string_view type) noexcept;

// Parts that say that they are reasoning have its channel; the table cannot tell.
void refine(const json::document& in, std::vector<shape_id>& shapes);

}  // namespace stoplog::dialect::responses
