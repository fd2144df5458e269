#include "audit/cipher.hpp"

#include <array>
#include <climits>
#include <memory>
#include <openssl/evp.h>

namespace stoplog::audit {
namespace {

constexpr std::array<unsigned char, 12> nonce{};

struct free_context {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using owned_context = std::unique_ptr<EVP_CIPHER_CTX, free_context>;

const unsigned char* in(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* out(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }
int size(std::string_view s) { return static_cast<int>(s.size()); }
bool fits(std::string_view s) { return s.size() <= INT_MAX / 2; }

}  // namespace

std::optional<std::string> encrypt_once(std::string_view key, std::string_view text, std::string_view known) {
  const owned_context with(EVP_CIPHER_CTX_new());
  std::string sealed(text.size() + cipher_tag_bytes, '\0');
  int count = 0;
  if (key.size() != cipher_key_bytes || !fits(text) || !with ||
      EVP_EncryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, in(key), nonce.data()) != 1 ||
      EVP_EncryptUpdate(with.get(), nullptr, &count, in(known), size(known)) != 1 ||
      EVP_EncryptUpdate(with.get(), out(sealed), &count, in(text), size(text)) != 1 ||
      EVP_EncryptFinal_ex(with.get(), out(sealed) + text.size(), &count) != 1 ||
      EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_GET_TAG, cipher_tag_bytes, out(sealed) + text.size()) != 1) {
    return {};
  }
  return sealed;
}

std::optional<std::string> decrypt_once(std::string_view key, std::string_view sealed, std::string_view known) {
  if (key.size() != cipher_key_bytes || sealed.size() < cipher_tag_bytes || !fits(sealed)) return {};
  const std::string_view hidden = sealed.substr(0, sealed.size() - cipher_tag_bytes);
  std::string tag(sealed.substr(hidden.size()));
  std::string text(hidden.size(), '\0');
  const owned_context with(EVP_CIPHER_CTX_new());
  int count = 0;
  unsigned char none = 0;
  if (!with || EVP_DecryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, in(key), nonce.data()) != 1 ||
      EVP_DecryptUpdate(with.get(), nullptr, &count, in(known), size(known)) != 1 ||
      EVP_DecryptUpdate(with.get(), text.empty() ? &none : out(text), &count, in(hidden), size(hidden)) != 1 ||
      EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_SET_TAG, cipher_tag_bytes, out(tag)) != 1 ||
      EVP_DecryptFinal_ex(with.get(), &none, &count) != 1) {
    return {};
  }
  return text;
}

}  // namespace stoplog::audit
