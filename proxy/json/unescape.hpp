// The inside of a JSON string, decoded.
#pragma once

#include <string_view>

namespace stoplog::json {

// Writes the decoded text to `out`, which has room for raw.size() bytes, and
// moves it past the text. Returns null, or what is wrong: an escape that RFC
// 8259 does not know, or half a surrogate pair.
const char* unescape(std::string_view raw, char*& out) noexcept;

}  // namespace stoplog::json
