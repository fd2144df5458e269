#include "delivery/signature.hpp"

#include "base/error.hpp"

#include <array>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace stoplog::delivery {
namespace {

std::string hexadecimal(const unsigned char* bytes, std::size_t count) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += digits[bytes[i] >> 4U];
    text += digits[bytes[i] & 15U];
  }
  return text;
}

}  // namespace

std::string signature(std::string_view secret, std::int64_t seconds, std::string_view body) {
  const std::string time = std::to_string(seconds);
  const std::string signed_text = time + '.' + std::string(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
  unsigned size = 0;
  const auto* made = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                          reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(), code.data(), &size);
  expects(made != nullptr, "HMAC can be computed");
  return "t=" + time + ",v1=" + hexadecimal(code.data(), size);
}

std::string leaf_hash(std::string_view line) {
  const std::string leaf = std::string(1, '\0') + std::string(line);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  expects(EVP_Digest(leaf.data(), leaf.size(), hash.data(), &size, EVP_sha256(), nullptr) == 1, "SHA-256 can be computed");
  return hexadecimal(hash.data(), size);
}

}  // namespace stoplog::delivery
