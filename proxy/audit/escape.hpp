// Text of strangers made safe to store and to show. Control characters,
// terminal escapes, bidirectional overrides and invisible characters become
// escapes; everything else stays readable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stoplog::audit {

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8
// become U+FFFD, so the result is always valid JSON.
void append_json_text(std::string& out, std::string_view text);

// The same for a person's terminal: no quotes; escapes are \n, \t, \u{202e};
// a backslash is doubled, so that an escape cannot be forged.
std::string shown(std::string_view text);

// The longest prefix of at most `bytes` that does not end inside a UTF-8 sequence.
std::string_view clipped(std::string_view text, std::size_t bytes) noexcept;

}  // namespace stoplog::audit
