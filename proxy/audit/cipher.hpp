// AES-256-GCM for keys that are used once, so that one fixed nonce will do.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stoplog::audit {

inline constexpr std::size_t cipher_key_bytes = 32;
inline constexpr std::size_t cipher_tag_bytes = 16;

// The ciphertext and its tag; nothing if OpenSSL cannot. `known` is
// authenticated and not encrypted.
std::optional<std::string> encrypt_once(std::string_view key, std::string_view text, std::string_view known);
// Nothing if the key is another one, or anything was changed.
std::optional<std::string> decrypt_once(std::string_view key, std::string_view sealed, std::string_view known);

}  // namespace stoplog::audit
