// SHA-256 and its keyed form, as text.
#pragma once

#include <string>
#include <string_view>

namespace stoplog::policy {

// sha256:<64 lower-case hexadecimal digits>
std::string sha256_digest(std::string_view bytes);

// HMAC-SHA256, its first 16 bytes as 32 hexadecimal digits.
std::string keyed_fingerprint(std::string_view key, std::string_view bytes);

// The same in a space of its own for each `kind` (user, conversation, content):
// no such name equals the fingerprint of a text or one of another kind.
std::string keyed_pseudonym(std::string_view key, std::string_view kind, std::string_view name);

}  // namespace stoplog::policy
