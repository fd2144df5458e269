// The shapes of Anthropic's messages: requests, answers and stream events.
// https://docs.anthropic.com/en/api/messages
#pragma once

#include "dialect/shape.hpp"

namespace stoplog::dialect::anthropic {

// In the order of the table.
enum message_shape : shape_id {
  unknown_tree,  // whatever it is, its strings and keys are texts
  words,         // names, identifiers, settings: metadata as deep as it goes
  number,        // a number or a boolean is expected; a string is unknown
  request,
  messages,
  message,
  content,       // a string, or blocks
  block,         // of every type
  text,
  title,         // of documents and results
  thinking,
  signature,     // of thinking: base64 that nobody reads
  encrypted,     // what only the API itself reads: redacted thinking, results of a search
  tool_name,
  tool_input,
  citations,
  source,        // of a document or an image
  source_data,   // base64, or a text where the source says so
  code_output,
  thread,        // a conversation that the API keeps
  earlier,       // names a message that stands not here
  answer,
  event,
  delta,
};

std::span<const shape> message_shapes() noexcept;

}  // namespace stoplog::dialect::anthropic
