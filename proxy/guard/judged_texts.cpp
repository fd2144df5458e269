#include "guard/judged_texts.hpp"

#include "base/error.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <span>
#include <string>

namespace stoplog::guard {

// SipHash with 128 bits: made to tell nobody without the key anything.
struct judged_texts::hash {
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

judged_texts::judged_texts(std::size_t entries)
    : hash_(std::make_unique<hash>()), marks_(std::max<std::size_t>(1, entries / ways) * ways) {}
judged_texts::~judged_texts() = default;
judged_texts::judged_texts(judged_texts&&) noexcept = default;

judged_texts::mark judged_texts::mark_of(std::string_view text, surface where, form as, std::string_view policy_digest) const {
  mark made{};
  std::size_t size = sizeof made;
  const std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};
  const std::array<unsigned char, 5> head{static_cast<unsigned char>(where.direction), static_cast<unsigned char>(where.role),
                                          static_cast<unsigned char>(where.channel), static_cast<unsigned char>(as),
                                          static_cast<unsigned char>(policy_digest.size())};
  const auto update = [this](const void* bytes, std::size_t count) {
    return EVP_MAC_update(hash_->context, static_cast<const unsigned char*>(bytes), count) == 1;
  };
  const bool done = EVP_MAC_init(hash_->context, hash_->key.data(), hash_->key.size(), parameters.data()) == 1 &&
                    update(head.data(), head.size()) && update(policy_digest.data(), policy_digest.size()) &&
                    update(text.data(), text.size()) &&
                    EVP_MAC_final(hash_->context, reinterpret_cast<unsigned char*>(made.data()), &size, sizeof made) == 1;
  expects(done && size == sizeof made, "SipHash failed");
  made[0] |= 1U;  // never the mark of a free place
  return made;
}

std::span<judged_texts::mark> judged_texts::bucket(const mark& m) noexcept {
  const std::size_t number = (m[0] >> 1U) % (marks_.size() / ways);
  return std::span(marks_).subspan(number * ways, ways);
}

bool judged_texts::contain(const mark& m) noexcept {
  const auto places = bucket(m);
  const auto found = std::find(places.begin(), places.end(), m);
  if (found == places.end()) return false;
  std::rotate(places.begin(), found, found + 1);
  return true;
}

void judged_texts::add(const mark& m) noexcept {
  const auto places = bucket(m);
  std::rotate(places.begin(), places.end() - 1, places.end());
  places.front() = m;
}

}  // namespace stoplog::guard
