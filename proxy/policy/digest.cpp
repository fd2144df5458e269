#include "policy/digest.hpp"

#include "base/error.hpp"
#include "base/hex.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

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

keyed_hash::keyed_hash(std::string_view key) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr), EVP_MAC_free);
  expects(hmac != nullptr, "no HMAC");
  ready_.reset(EVP_MAC_CTX_new(hmac.get()), EVP_MAC_CTX_free);
  char digest[] = "SHA256";
  const OSSL_PARAM wanted[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
  expects(ready_ != nullptr && EVP_MAC_init(ready_.get(), bytes_of(key), key.size(), wanted) == 1, "HMAC-SHA256 failed");
}

std::string keyed_hash::of(std::string_view bytes) const {
  sha256_bytes hash{};
  std::size_t length = 0;
  const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> one(EVP_MAC_CTX_dup(ready_.get()), EVP_MAC_CTX_free);
  const bool done = one != nullptr && EVP_MAC_update(one.get(), bytes_of(bytes), bytes.size()) == 1 &&
                    EVP_MAC_final(one.get(), hash.data(), &length, hash.size()) == 1;
  expects(done && length == hash.size(), "HMAC-SHA256 failed");
  return to_hex(std::span(hash).first(16));
}

std::string keyed_fingerprint(std::string_view key, std::string_view bytes) { return keyed_hash(key).of(bytes); }

keyed_hash pseudonyms_of(std::string_view key, std::string_view kind) {
  return keyed_hash(keyed_fingerprint(key, "stoplog " + std::string(kind)));
}

}  // namespace stoplog::policy
