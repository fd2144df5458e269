#include "policy/digest.hpp"

#include "base/error.hpp"
#include "base/hex.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>

namespace stoplog::policy {
namespace {

using sha256_bytes = std::array<std::uint8_t, 32>;

const std::uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

}  // namespace

std::string sha256_digest(std::string_view bytes) {
  sha256_bytes hash{};
  const int done = EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  expects(done == 1, "SHA-256 failed");
  return "sha256:" + to_hex(hash);
}

std::string keyed_fingerprint(std::string_view key, std::string_view bytes) {
  sha256_bytes hash{};
  unsigned length = 0;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(),
                          hash.data(), &length);
  expects(done != nullptr && length == hash.size(), "HMAC-SHA256 failed");
  return to_hex(std::span(hash).first(16));
}

std::string keyed_pseudonym(std::string_view key, std::string_view kind, std::string_view name) {
  return keyed_fingerprint(keyed_fingerprint(key, "stoplog " + std::string(kind)), name);
}

}  // namespace stoplog::policy
