#include "policy/text_marks.hpp"

#include "base/error.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace stoplog::policy {

struct text_marks::hash {
  EVP_MAC* algorithm = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EVP_MAC_CTX* context = algorithm == nullptr ? nullptr : EVP_MAC_CTX_new(algorithm);
  std::array<unsigned char, 16> key{};

  hash() {
    expects(context != nullptr, "SipHash is not to be had");
    expects(RAND_bytes(key.data(), static_cast<int>(key.size())) == 1, "no random bytes");
  }
  hash(const hash&) = delete;
  hash& operator=(const hash&) = delete;
  ~hash() {
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(algorithm);
  }
};

text_marks::text_marks() : hash_(std::make_unique<hash>()) {}
text_marks::~text_marks() = default;
text_marks::text_marks(text_marks&&) noexcept = default;

text_mark text_marks::of(std::string_view context, std::string_view text) const {
  text_mark made{};
  std::size_t size = sizeof made;
  const std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};
  const auto update = [this](const void* bytes, std::size_t count) {
    return EVP_MAC_update(hash_->context, static_cast<const unsigned char*>(bytes), count) == 1;
  };
  // The context's size keeps the two apart.
  const std::uint64_t context_size = context.size();
  const bool done = EVP_MAC_init(hash_->context, hash_->key.data(), hash_->key.size(), parameters.data()) == 1 &&
                    update(&context_size, sizeof context_size) && update(context.data(), context.size()) &&
                    update(text.data(), text.size()) &&
                    EVP_MAC_final(hash_->context, reinterpret_cast<unsigned char*>(made.data()), &size, sizeof made) == 1;
  expects(done && size == sizeof made, "SipHash failed");
  made[0] |= 1U;
  return made;
}

}  // namespace stoplog::policy
