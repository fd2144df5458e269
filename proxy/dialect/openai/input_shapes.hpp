// The shapes of OpenAI's embeddings and moderations.
// https://platform.openai.com/docs/api-reference/embeddings and /moderations
#pragma once

#include "dialect/shape.hpp"

namespace stoplog::dialect::openai {

// In the order of the table.
enum input_shape : shape_id {
  input_unknown,
  input_words,       // names, identifiers, settings
  input_number,
  embeddings_request,
  moderations_request,
  input,             // a string, token ids, parts, or a list of them
  input_part,
  input_image,
  embeddings_answer,
  embedding_list,
  embedding,
  vector,            // numbers, or base64 of them
  moderations_answer,
};

std::span<const shape> input_shapes() noexcept;

}  // namespace stoplog::dialect::openai
