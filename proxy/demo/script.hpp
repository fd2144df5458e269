// The demo model's scripted answers: harmless texts, chosen by a word in the
// last user message. Some trip the rules of rules/demo.yaml on purpose.
//
//   "recipe"   the last choice names the phrase that the demo rules block
//   "secret"   tells a stand-in for a secret, which the demo rules redact
//   "think"    reasons in its own channel before it answers
//   otherwise  a short story about a mill and a sluice
//
// Where a tool is offered, the answer is a call of it ("recipe" as above).
#pragma once

#include "demo/ask.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace stoplog::demo {

struct choice {
  enum class channel : std::uint8_t { content, reasoning, arguments };
  struct token {
    choice::channel channel;
    std::string text;
  };
  std::vector<token> tokens;
  std::string tool;  // the function that is called; empty: an answer in words
  std::string finish_reason;
};

struct script {
  std::vector<choice> choices;
  std::size_t repeats = 1;  // how often each choice's tokens are sent
};

script script_for(const ask& asked);

// Pieces of about four letters, so that words are cut where a model cuts them.
std::vector<std::string> split_tokens(std::string_view text);

}  // namespace stoplog::demo
