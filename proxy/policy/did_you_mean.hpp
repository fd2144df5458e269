// The word that somebody probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace stoplog::policy {

// `; did you mean "regex"?`, or nothing if no word is close. Close: the word of
// other systems for it (mask for redact), or an edit
// distance of at most a third of the known word's length, rounded, and at most
// 3; a swap of neighbours counts as one edit.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace stoplog::policy
