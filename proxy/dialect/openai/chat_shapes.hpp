// The shapes of OpenAI's chat completions, and of the completions before them:
// requests, answers and chunks.
// https://platform.openai.com/docs/api-reference/chat and /completions
#pragma once

#include "dialect/shape.hpp"

namespace stoplog::dialect::openai {

// In the order of the table.
enum chat_shape : shape_id {
  unknown_tree,     // whatever it is, its strings and keys are texts
  words,            // names, identifiers, settings: metadata as deep as it goes
  number,           // a number or a boolean is expected; a string is unknown
  request,
  messages,
  message,          // of a request, of an answer, or a chunk's delta
  content,          // a string, or parts
  part,
  refusal,
  reasoning,        // a string, or a tree of parts
  tool_calls,
  tool_call,
  function_call,
  custom_call,
  tool_name,
  arguments,        // JSON as a string; some send it as a tree
  spoken,           // an answer's audio
  transcript,
  annotations,
  image,
  audio_input,
  file,
  video,
  data,             // base64
  tools,
  tool,
  tool_function,
  prediction,
  answer,
  choices,
  choice,
  logprobs,
  token_lists,      // logprobs.content, logprobs.refusal
  token_entry,
  token,
  completion_request,
  texts,            // a string, token ids, or a list of either
  completion_answer,
  completion_choices,
  completion_choice,
  completion_logprobs,
};

std::span<const shape> chat_shapes() noexcept;

}  // namespace stoplog::dialect::openai
