#include "audit/note.hpp"

#include "audit/base64.hpp"
#include "base/hex.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <memory>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <vector>

namespace stoplog::audit {
namespace {

constexpr std::string_view private_mark = "PRIVATE+KEY+";
constexpr std::string_view signature_mark = "\xE2\x80\x94 ";  // an em dash and a space
constexpr char ed25519 = 1;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t signature_bytes = 64;
constexpr std::size_t key_hash_bytes = 4;
constexpr std::size_t key_file_max = 4096;

struct free_key {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
struct free_context {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using owned_key = std::unique_ptr<EVP_PKEY, free_key>;
using owned_context = std::unique_ptr<EVP_MD_CTX, free_context>;

const unsigned char* bytes_of(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

// The first four bytes of SHA-256(name, newline, algorithm, key).
std::string key_hash(std::string_view name, std::string_view key) {
  std::string text(name);
  text += '\n';
  text += ed25519;
  text += key;
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(bytes_of(text), text.size(), hash);
  return {reinterpret_cast<const char*>(hash), key_hash_bytes};
}

std::string hex_of(std::string_view bytes) { return to_hex(std::span(bytes_of(bytes), bytes.size())); }

std::string key_text(std::string_view name, std::string_view public_key, std::string_view data) {
  return std::string(name) + '+' + hex_of(key_hash(name, public_key)) + '+' + to_base64(ed25519 + std::string(data));
}

struct key_parts {
  std::string name, hash, data;
};

std::optional<key_parts> split(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  const auto first = text.find('+');
  const auto second = text.find('+', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return {};
  auto data = from_base64(text.substr(second + 1));
  if (!data || data->size() != 1 + key_bytes || data->front() != ed25519) return {};
  key_parts made{std::string(text.substr(0, first)), std::string(text.substr(first + 1, second - first - 1)), data->substr(1)};
  if (!is_key_name(made.name)) return {};
  return made;
}

result<std::string> read_key_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(errc::audit_unavailable, "cannot read the key " + file.string());
  std::string text(key_file_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace

bool is_key_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127 && c != '+'; });
}

result<note_signer> note_signer::make(std::string_view name) {
  expects(is_key_name(name), "a key's name with a space or a plus");
  std::string seed(key_bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(seed.data()), static_cast<int>(seed.size())) != 1) {
    return fail(errc::audit_unavailable, "no randomness for a key");
  }
  return parse(std::string(private_mark) + key_text(name, {}, seed));
}

// The hash in a private key is of its public key; a new key has none yet.
result<note_signer> note_signer::parse(std::string_view private_text) {
  const error wrong = fail(errc::audit_unavailable, "this is no private key of `stoplog audit keygen`");
  if (!private_text.starts_with(private_mark)) return wrong;
  auto parts = split(private_text.substr(private_mark.size()));
  if (!parts) return wrong;
  note_signer made;
  made.name_ = std::move(parts->name);
  made.seed_ = std::move(parts->data);
  const owned_key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(made.seed_), key_bytes));
  made.public_.resize(key_bytes);
  std::size_t size = key_bytes;
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(made.public_.data()), &size) != 1) {
    return wrong;
  }
  const bool fresh = parts->hash == hex_of(key_hash(made.name_, {}));
  if (!fresh && parts->hash != hex_of(key_hash(made.name_, made.public_))) return wrong;
  return made;
}

result<note_signer> note_signer::read(const std::filesystem::path& file) {
  const auto text = read_key_file(file);
  if (!text) return text.error();
  auto made = parse(*text);
  if (!made) return fail(errc::audit_unavailable, file.string() + ": " + made.error().detail);
  return made;
}

std::string note_signer::private_text() const { return std::string(private_mark) + key_text(name_, public_, seed_); }
std::string note_signer::public_text() const { return key_text(name_, public_, public_); }

std::string note_signer::sign(std::string_view text) const {
  const owned_key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed_), key_bytes));
  const owned_context context(EVP_MD_CTX_new());
  std::string signature(signature_bytes, '\0');
  std::size_t size = signature.size();
  const bool done = key && context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes_of(text),
                                   text.size()) == 1;
  expects(done && size == signature_bytes, "Ed25519 failed");
  return std::string(text) + '\n' + std::string(signature_mark) + name_ + ' ' +
         to_base64(key_hash(name_, public_) + signature) + '\n';
}

std::optional<note_verifier> note_verifier::parse(std::string_view public_text) {
  auto parts = split(public_text);
  if (!parts || parts->hash != hex_of(key_hash(parts->name, parts->data))) return {};
  note_verifier made;
  made.name_ = std::move(parts->name);
  made.public_ = std::move(parts->data);
  return made;
}

result<note_verifier> note_verifier::read(const std::filesystem::path& file) {
  const auto text = read_key_file(file);
  if (!text) return text.error();
  auto made = parse(*text);
  if (!made) return fail(errc::audit_unavailable, file.string() + " is no public key of `stoplog audit keygen`");
  return std::move(*made);
}

std::optional<std::string_view> note_verifier::open(std::string_view note) const {
  const auto blank = note.rfind("\n\n");
  if (blank == std::string_view::npos || !note.ends_with('\n')) return {};
  const std::string_view text = note.substr(0, blank + 1);
  const std::string start = std::string(signature_mark) + name_ + ' ';
  for (std::string_view rest = note.substr(blank + 2); !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    if (!line.starts_with(start)) continue;
    const auto signature = from_base64(line.substr(start.size()));
    if (!signature || signature->size() != key_hash_bytes + signature_bytes) continue;
    if (!signature->starts_with(key_hash(name_, public_))) continue;
    const owned_key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(public_), key_bytes));
    const owned_context context(EVP_MD_CTX_new());
    if (key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), bytes_of(*signature) + key_hash_bytes, signature_bytes, bytes_of(text), text.size()) == 1) {
      return text;
    }
  }
  return {};
}

std::string to_text(const checkpoint_text& c) {
  return c.origin + '\n' + std::to_string(c.size) + '\n' + to_base64(std::span<const std::uint8_t>(c.root)) + '\n';
}

std::optional<checkpoint_text> parse_checkpoint(std::string_view text) {
  std::array<std::string_view, 3> lines;
  for (std::string_view& line : lines) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || end == 0) return {};
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  checkpoint_text made;
  made.origin = lines[0];
  const auto [stopped, problem] = std::from_chars(lines[1].data(), lines[1].data() + lines[1].size(), made.size);
  const auto root = from_base64(lines[2]);
  if (problem != std::errc{} || std::to_string(made.size) != lines[1] || !root || root->size() != made.root.size()) return {};
  std::copy(root->begin(), root->end(), made.root.begin());
  return made;
}

}  // namespace stoplog::audit
