#include "config/bundle.hpp"

#include "base/hex.hpp"
#include "policy/digest.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace stoplog::config {
namespace {

constexpr std::string_view first_line = "stoplog-bundle 1\n";
constexpr std::size_t digest_bytes = 7 + 64;     // sha256: and its digits
constexpr std::size_t key_id_bytes = 16;
constexpr std::size_t signature_bytes = 64;

// Everything that the digest is over: names, sizes and digests of the contents.
std::string contents_table(const std::vector<bundle_file>& files) {
  std::string text(first_line);
  for (const auto& f : files) {
    text += "file " + f.path + ' ' + std::to_string(f.bytes.size()) + ' ' + policy::sha256_digest(f.bytes) + '\n';
  }
  return text;
}

// What is signed; begins unlike anything else that this key may sign.
std::string signed_message(const bundle& b) { return "stoplog bundle 1 " + b.digest + '\n'; }

std::string head_of(const bundle& b) {
  std::string text = contents_table(b.files) + "digest " + b.digest + '\n';
  if (b.signature) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(b.signature->bytes.data());
    text += "signature ed25519 " + b.signature->key_id + ' ' + to_hex(std::span(bytes, b.signature->bytes.size())) + '\n';
  }
  return text + "end " + policy::sha256_digest(text) + '\n';
}

bool is_segment_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

// Takes the head apart; each step says false at the first thing that is wrong.
class head_reader {
 public:
  explicit head_reader(std::string_view bytes) : rest_(bytes) {}

  bool eat(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool starts_with(std::string_view word) const { return rest_.starts_with(word); }

  // Up to `stop`, which is eaten.
  bool take_until(char stop, std::size_t bytes_max, std::string_view& into) {
    const std::size_t end = rest_.substr(0, bytes_max + 1).find(stop);
    if (end == std::string_view::npos) return false;
    into = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

struct entry {
  std::string_view path;
  std::size_t size = 0;
};

bool read_entry(head_reader& in, entry& into) {
  std::string_view digits, digest;
  if (!in.take_until(' ', bundle_path_bytes_max, into.path) || !in.take_until(' ', 12, digits) || !in.take_until('\n', digest_bytes, digest)) return false;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), into.size);
  return code == std::errc{} && end == digits.data() + digits.size() && into.size <= bundle_bytes_max;
}

bool read_signature(head_reader& in, bundle_signature& into) {
  std::string_view id, digits;
  if (!in.eat("signature ed25519 ") || !in.take_until(' ', key_id_bytes, id) || !in.take_until('\n', 2 * signature_bytes, digits)) return false;
  if (id.size() != key_id_bytes || digits.size() != 2 * signature_bytes) return false;
  into.key_id = id;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return false;
    into.bytes += static_cast<char>(high * 16 + low);
  }
  return true;
}

}  // namespace

const bundle_file* bundle::find(std::string_view path) const noexcept {
  const auto at = std::lower_bound(files.begin(), files.end(), path, [](const bundle_file& f, std::string_view p) { return f.path < p; });
  return at != files.end() && at->path == path ? &*at : nullptr;
}

bool is_bundle_path(std::string_view path) noexcept {
  if (path.empty() || path.size() > bundle_path_bytes_max || path.back() == '/') return false;
  char before = '/';
  for (const char c : path) {
    if (before == '/' && (c == '.' || c == '/')) return false;
    if (c != '/' && !is_segment_byte(c)) return false;
    before = c;
  }
  return true;
}

std::optional<bundle> make_bundle(std::vector<bundle_file> files, std::string& why) {
  const auto refuse = [&](std::string reason) {
    why = std::move(reason);
    return std::nullopt;
  };
  if (files.empty()) return refuse("it has no files");
  if (files.size() > bundle_files_max) return refuse("it has more than " + std::to_string(bundle_files_max) + " files");
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!is_bundle_path(files[i].path)) return refuse("a file's name has other characters than letters, digits and . _ -, begins with a dot, or is too long");
    if (i > 0 && files[i].path == files[i - 1].path) return refuse("two files are named " + files[i].path);
    bytes += files[i].bytes.size();
    if (bytes > bundle_bytes_max) return refuse("it is larger than 256 MiB");
  }
  bundle made{std::move(files), {}, std::nullopt};
  made.digest = policy::sha256_digest(contents_table(made.files));
  return made;
}

std::string write_bundle(const bundle& b) {
  std::string text = head_of(b);
  for (const auto& f : b.files) text += f.bytes;
  return text;
}

bool looks_like_bundle(std::string_view bytes) noexcept { return bytes.starts_with("stoplog-bundle "); }

std::optional<bundle> read_bundle(std::string_view bytes, std::string& why) {
  const auto refuse = [&](const char* reason) {
    why = reason;
    return std::nullopt;
  };
  if (bytes.size() > bundle_bytes_max) return refuse("it is larger than 256 MiB");
  head_reader in(bytes);
  if (!in.eat(first_line)) return refuse("it is no bundle, or one of a later version");
  std::vector<entry> entries;
  while (in.eat("file ")) {
    if (entries.size() == bundle_files_max) return refuse("it has more than 10000 files");
    if (!read_entry(in, entries.emplace_back())) return refuse("its table of files is damaged");
  }
  std::string_view digest, end;
  std::optional<bundle_signature> signature;
  if (!in.eat("digest ") || !in.take_until('\n', digest_bytes, digest)) return refuse("its digest is damaged");
  if (in.starts_with("signature ") && !read_signature(in, signature.emplace())) return refuse("its signature is damaged");
  if (!in.eat("end ") || !in.take_until('\n', digest_bytes, end)) return refuse("its head is damaged");
  std::vector<bundle_file> files;
  std::string_view rest = in.rest();
  for (const auto& e : entries) {
    if (e.size > rest.size()) return refuse("it ends too early");
    files.push_back({std::string(e.path), std::string(rest.substr(0, e.size))});
    rest.remove_prefix(e.size);
  }
  if (!rest.empty()) return refuse("something follows its last file");
  auto made = make_bundle(std::move(files), why);
  if (!made) return std::nullopt;
  made->signature = std::move(signature);
  // One bundle has one spelling: whatever differs from it was changed.
  if (bytes.substr(0, bytes.size() - in.rest().size()) != head_of(*made)) return refuse("its contents are not those that its head tells of");
  return made;
}

void sign(bundle& b, const ed25519_key& key) { b.signature = bundle_signature{key.id(), key.sign(signed_message(b))}; }

bool is_signed_by(const bundle& b, std::span<const ed25519_key> keys) {
  return b.signature && std::any_of(keys.begin(), keys.end(), [&](const ed25519_key& k) {
    return k.id() == b.signature->key_id && k.verifies(signed_message(b), b.signature->bytes);
  });
}

}  // namespace stoplog::config
