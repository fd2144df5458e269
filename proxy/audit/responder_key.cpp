#include "audit/responder_key.hpp"

#include "audit/cipher.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>

namespace stoplog::audit {
namespace {

constexpr std::size_t public_bytes = 32;
constexpr std::size_t key_file_max = 4096;
constexpr std::string_view purpose = "stoplog content key v1";

struct free_key {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
struct free_context {
  void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
};
struct free_bio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
struct free_kdf {
  void operator()(EVP_KDF* kdf) const noexcept { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const noexcept { EVP_KDF_CTX_free(context); }
};
using owned_key = std::unique_ptr<EVP_PKEY, free_key>;
using owned_context = std::unique_ptr<EVP_PKEY_CTX, free_context>;
using owned_bio = std::unique_ptr<BIO, free_bio>;

EVP_PKEY* raw(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }
unsigned char* out(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }
const unsigned char* in(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

error failed(const char* what) {
  ERR_clear_error();
  return fail(errc::audit_unavailable, what);
}

std::string public_of(EVP_PKEY* key) {
  std::string bytes(public_bytes, '\0');
  std::size_t size = bytes.size();
  expects(EVP_PKEY_get_raw_public_key(key, out(bytes), &size) == 1, "an X25519 key without its public half");
  return bytes;
}

// A key with a pass phrase is not asked for one: nobody may sit here.
int no_pass_phrase(char*, int, int, void*) { return 0; }

std::optional<std::string> shared_secret(EVP_PKEY* own, EVP_PKEY* other) {
  const owned_context with(EVP_PKEY_CTX_new(own, nullptr));
  std::string secret(public_bytes, '\0');
  std::size_t size = secret.size();
  if (!with || EVP_PKEY_derive_init(with.get()) != 1 || EVP_PKEY_derive_set_peer(with.get(), other) != 1 ||
      EVP_PKEY_derive(with.get(), out(secret), &size) != 1 || size != secret.size()) {
    return {};
  }
  return secret;
}

// Bound to both public keys, as RFC 9180 does it.
std::optional<std::string> key_from(std::string secret, std::string_view ephemeral, std::string_view receiver) {
  std::string info(purpose);
  info += ephemeral;
  info += receiver;
  const std::unique_ptr<EVP_KDF, free_kdf> hkdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const std::unique_ptr<EVP_KDF_CTX, free_kdf> with(hkdf ? EVP_KDF_CTX_new(hkdf.get()) : nullptr);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
                                   OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
                                   OSSL_PARAM_construct_end()};
  std::string key(cipher_key_bytes, '\0');
  if (!with || EVP_KDF_derive(with.get(), out(key), key.size(), parameters) != 1) return {};
  OPENSSL_cleanse(secret.data(), secret.size());
  return key;
}

template <class Write>
std::string to_pem(Write write) {
  const owned_bio to(BIO_new(BIO_s_mem()));
  expects(to && write(to.get()) == 1, "a key that cannot be written");
  char* text = nullptr;
  const long size = BIO_get_mem_data(to.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

responder_key::responder_key(std::shared_ptr<void> key, bool is_private)
    : key_(std::move(key)), public_(public_of(raw(key_))), is_private_(is_private) {
  std::array<unsigned char, 32> hash{};
  expects(EVP_Digest(public_.data(), public_.size(), hash.data(), nullptr, EVP_sha256(), nullptr) == 1, "SHA-256 failed");
  id_.assign(reinterpret_cast<const char*>(hash.data()), id_bytes);
}

result<responder_key> responder_key::make() {
  EVP_PKEY* made = EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519");
  if (made == nullptr) return failed("no randomness for a key");
  return responder_key({made, free_key{}}, true);
}

result<responder_key> responder_key::parse(std::string_view pem) {
  const bool is_private = pem.find("PRIVATE KEY") != std::string_view::npos;
  const owned_bio from(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EVP_PKEY* read = nullptr;
  if (from) read = is_private ? PEM_read_bio_PrivateKey(from.get(), nullptr, no_pass_phrase, nullptr) : PEM_read_bio_PUBKEY(from.get(), nullptr, no_pass_phrase, nullptr);
  owned_key key(read);
  if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_X25519) return failed("this is no X25519 key of `stoplog audit keygen --responder`");
  return responder_key({key.release(), free_key{}}, is_private);
}

result<responder_key> responder_key::read(const std::filesystem::path& file) {
  std::ifstream from(file, std::ios::binary);
  if (!from) return fail(errc::audit_unavailable, "cannot read the key " + file.string());
  std::string text(key_file_max, '\0');
  from.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(from.gcount()));
  auto made = parse(text);
  if (!made) return fail(errc::audit_unavailable, file.string() + ": " + made.error().detail);
  return made;
}

std::string responder_key::public_pem() const {
  return to_pem([this](BIO* to) { return PEM_write_bio_PUBKEY(to, raw(key_)); });
}

std::string responder_key::private_pem() const {
  expects(is_private_, "the private half of a public key");
  return to_pem([this](BIO* to) { return PEM_write_bio_PrivateKey(to, raw(key_), nullptr, nullptr, 0, nullptr, nullptr); });
}

result<std::string> responder_key::wrap(std::string_view data_key, std::string_view context) const {
  const owned_key once(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  if (!once) return failed("no randomness for a key");
  std::string wrapped = public_of(once.get());
  auto secret = shared_secret(once.get(), raw(key_));
  const auto key = secret ? key_from(std::move(*secret), wrapped, public_) : std::nullopt;
  const auto hidden = key ? encrypt_once(*key, data_key, context) : std::nullopt;
  if (!hidden) return failed("a data key could not be wrapped");
  return wrapped + *hidden;
}

std::optional<std::string> responder_key::unwrap(std::string_view wrapped, std::string_view context) const {
  if (!is_private_ || wrapped.size() != wrapped_bytes) return {};
  const std::string_view ephemeral = wrapped.substr(0, public_bytes);
  const owned_key once(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, in(ephemeral), ephemeral.size()));
  auto secret = once ? shared_secret(raw(key_), once.get()) : std::nullopt;
  const auto key = secret ? key_from(std::move(*secret), ephemeral, public_) : std::nullopt;
  auto data_key = key ? decrypt_once(*key, wrapped.substr(public_bytes), context) : std::nullopt;
  if (!data_key) ERR_clear_error();
  return data_key;
}

}  // namespace stoplog::audit
