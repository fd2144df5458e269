#pragma once

#include "support/samples/chat.hpp"
#include "support/samples/completions.hpp"
#include "support/samples/messages.hpp"
#include "support/samples/models.hpp"
#include "support/samples/numbers.hpp"
#include "support/samples/responses.hpp"

#include <ostream>

namespace stoplog::support {

inline std::vector<sample> all_samples() {
  return {chat_sample(),        completions_sample(), responses_sample(),    embeddings_sample(),
          moderations_sample(), messages_sample(),    count_tokens_sample(), models_sample()};
}

inline void PrintTo(const sample& s, std::ostream* to) { *to << s.codec.name(); }

}  // namespace stoplog::support
