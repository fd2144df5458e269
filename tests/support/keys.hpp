// Ed25519 keys of fixed seeds, as the PEM texts that people have.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdint>
#include <string>
#include <vector>

namespace stoplog::test {

enum class half : std::uint8_t { private_key, public_key };

inline std::string pem_of(int kind, std::uint8_t seed, half which) {
  const std::vector<std::uint8_t> bytes(32, seed);
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(kind, nullptr, bytes.data(), bytes.size());
  BIO* out = BIO_new(BIO_s_mem());
  if (which == half::private_key) {
    PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  } else {
    PEM_write_bio_PUBKEY(out, key);
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(out);
  EVP_PKEY_free(key);
  return pem;
}

inline const std::string private_key = pem_of(EVP_PKEY_ED25519, 1, half::private_key);
inline const std::string public_key = pem_of(EVP_PKEY_ED25519, 1, half::public_key);
inline const std::string other_public_key = pem_of(EVP_PKEY_ED25519, 2, half::public_key);
inline const std::string exchange_public_key = pem_of(EVP_PKEY_X25519, 3, half::public_key);  // cannot sign

}  // namespace stoplog::test
