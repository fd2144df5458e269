// SHA-256 and its keyed form, as text.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_mac_ctx_st;

namespace stoplog::policy {

// sha256:<64 lower-case hexadecimal digits>
std::string sha256_digest(std::string_view bytes);

// HMAC-SHA256, its first 16 bytes as 32 hexadecimal digits. Taking in the key
// costs more than a short text: keep one for a key that is used often. Any
// number of threads may ask one.
class keyed_hash {
 public:
  explicit keyed_hash(std::string_view key);
  std::string of(std::string_view bytes) const;

 private:
  std::shared_ptr<evp_mac_ctx_st> ready_;  // never changed: each text takes a copy
};

std::string keyed_fingerprint(std::string_view key, std::string_view bytes);

// The same in a space of its own for each `kind` (user, conversation, content):
// no such name equals the fingerprint of a text or one of another kind.
keyed_hash pseudonyms_of(std::string_view key, std::string_view kind);

}  // namespace stoplog::policy
