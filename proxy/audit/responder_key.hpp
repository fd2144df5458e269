// Whom captured content is sealed to: X25519 keys as PEM. The proxy holds public
// keys only, so it cannot read what it kept.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stoplog::audit {

class responder_key {
 public:
  static constexpr std::size_t id_bytes = 8;
  static constexpr std::size_t data_key_bytes = 32;
  static constexpr std::size_t wrapped_bytes = 32 + data_key_bytes + 16;  // ephemeral key, data key, tag

  // A new pair. Errors here and below: audit_unavailable.
  static result<responder_key> make();
  // As `openssl genpkey -algorithm x25519` (private) and `openssl pkey -pubout`
  // (public) write it too, without a pass phrase.
  static result<responder_key> parse(std::string_view pem);
  static result<responder_key> read(const std::filesystem::path& file);

  bool can_unwrap() const noexcept { return is_private_; }
  // The first bytes of the SHA-256 of the public key.
  const std::string& id() const noexcept { return id_; }
  std::string public_pem() const;
  std::string private_pem() const;  // only if can_unwrap()

  // A data key for the owner of the private half alone: X25519 with a fresh key,
  // HKDF-SHA256, AES-256-GCM. `context` must be the same again to unwrap it.
  result<std::string> wrap(std::string_view data_key, std::string_view context) const;
  // Nothing if it was wrapped to another key, in another context, or changed.
  std::optional<std::string> unwrap(std::string_view wrapped, std::string_view context) const;

 private:
  responder_key(std::shared_ptr<void> key, bool is_private);
  std::shared_ptr<void> key_;  // an EVP_PKEY
  std::string public_, id_;    // raw
  bool is_private_;
};

}  // namespace stoplog::audit
