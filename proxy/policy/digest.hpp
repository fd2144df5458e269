// SHA-256 and its keyed form, as text.
#pragma once

#include <string>
#include <string_view>

namespace stoplog::policy {

// sha256:<64 lower-case hexadecimal digits>
std::string sha256_digest(std::string_view bytes);

// HMAC-SHA256, its first 16 bytes as 32 hexadecimal digits.
std::string keyed_fingerprint(std::string_view key, std::string_view bytes);

}  // namespace stoplog::policy
