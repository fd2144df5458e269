// Harmless answers of a model, as far as a rule can tell: prose, a list, code.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace stoplog::cli {

// Written for this purpose; a text an answer.
std::span<const std::string_view> sample_answers() noexcept;

// Pieces as a stream brings them: a word with the space before it, or a sign.
std::vector<std::string_view> as_streamed(std::string_view text);

}  // namespace stoplog::cli
