#include "config/ed25519_key.hpp"

#include "base/error.hpp"
#include "base/hex.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <cstdint>
#include <span>

namespace stoplog::config {
namespace {

constexpr std::size_t public_key_bytes = 32;
constexpr std::size_t signature_bytes = 64;

EVP_PKEY* raw(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

const std::uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

struct context {
  EVP_MD_CTX* value = EVP_MD_CTX_new();
  context() = default;
  context(const context&) = delete;
  context& operator=(const context&) = delete;
  ~context() { EVP_MD_CTX_free(value); }
};

// A key with a pass phrase is not asked for one: nobody may sit here.
int no_pass_phrase(char*, int, int, void*) { return 0; }

EVP_PKEY* read_pem(std::string_view pem, bool is_private) {
  BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  if (in == nullptr) return nullptr;
  EVP_PKEY* key = is_private ? PEM_read_bio_PrivateKey(in, nullptr, no_pass_phrase, nullptr)
                             : PEM_read_bio_PUBKEY(in, nullptr, no_pass_phrase, nullptr);
  BIO_free(in);
  ERR_clear_error();
  return key;
}

}  // namespace

std::optional<ed25519_key> ed25519_key::from_pem(std::string_view pem) {
  const bool is_private = pem.find("PRIVATE KEY") != std::string_view::npos;
  const std::shared_ptr<void> key(read_pem(pem, is_private), [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); });
  if (key == nullptr || EVP_PKEY_get_id(raw(key)) != EVP_PKEY_ED25519) return std::nullopt;
  return ed25519_key(key, is_private);
}

std::string ed25519_key::id() const {
  std::array<std::uint8_t, public_key_bytes> bytes{};
  std::size_t size = bytes.size();
  expects(EVP_PKEY_get_raw_public_key(raw(key_), bytes.data(), &size) == 1, "an Ed25519 key without its public half");
  std::array<std::uint8_t, 32> hash{};
  expects(EVP_Digest(bytes.data(), size, hash.data(), nullptr, EVP_sha256(), nullptr) == 1, "SHA-256 failed");
  return to_hex(std::span(hash).first(8));
}

std::string ed25519_key::sign(std::string_view message) const {
  expects(can_sign_, "signing with a public key");
  const context with;
  std::string signature(signature_bytes, '\0');
  std::size_t size = signature.size();
  const bool done = EVP_DigestSignInit(with.value, nullptr, nullptr, nullptr, raw(key_)) == 1 &&
                    EVP_DigestSign(with.value, reinterpret_cast<std::uint8_t*>(signature.data()), &size, bytes_of(message), message.size()) == 1;
  expects(done && size == signature_bytes, "Ed25519 failed");
  return signature;
}

bool ed25519_key::verifies(std::string_view message, std::string_view signature) const {
  const context with;
  const bool good = EVP_DigestVerifyInit(with.value, nullptr, nullptr, nullptr, raw(key_)) == 1 &&
                    EVP_DigestVerify(with.value, bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace stoplog::config
