// Who may say that a bundle is right: Ed25519 keys, by OpenSSL.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stoplog::config {

class ed25519_key {
 public:
  // A PEM text as `openssl genpkey -algorithm ed25519` (private) and
  // `openssl pkey -pubout` (public) write it, without a pass phrase. Nothing if
  // it is anything else.
  static std::optional<ed25519_key> from_pem(std::string_view pem);

  bool can_sign() const noexcept { return can_sign_; }

  // The first 16 hexadecimal digits of the SHA-256 of the public key's 32 bytes.
  std::string id() const;

  // 64 bytes; only if can_sign().
  std::string sign(std::string_view message) const;
  bool verifies(std::string_view message, std::string_view signature) const;

 private:
  ed25519_key(std::shared_ptr<void> key, bool can_sign) : key_(std::move(key)), can_sign_(can_sign) {}
  std::shared_ptr<void> key_;  // an EVP_PKEY
  bool can_sign_;
};

}  // namespace stoplog::config
