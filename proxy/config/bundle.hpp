// Policies, packs and list files as one file, which can be signed, carried and
// recorded by one digest. docs/bundles.md describes the format.
#pragma once

#include "config/ed25519_key.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::config {

inline constexpr std::size_t bundle_bytes_max = 256 * 1024 * 1024;
inline constexpr std::size_t bundle_files_max = 10'000;
inline constexpr std::size_t bundle_path_bytes_max = 200;

struct bundle_file {
  std::string path;   // rules/credentials.yaml
  std::string bytes;
  friend bool operator==(const bundle_file&, const bundle_file&) = default;
};

struct bundle_signature {
  std::string key_id;
  std::string bytes;  // 64
};

struct bundle {
  std::vector<bundle_file> files;   // sorted by path, each path once
  std::string digest;               // sha256:<hex> of what it holds; the same signed or not
  std::optional<bundle_signature> signature;

  // Null if there is no such file.
  const bundle_file* find(std::string_view path) const noexcept;
};

// Segments of letters, digits and . _ - that do not begin with a dot, joined by
// single slashes: what may be a path in a bundle on any system.
bool is_bundle_path(std::string_view path) noexcept;

// Sorts the files. Nothing if one of the limits is crossed or a path is wrong
// or stands twice; `why` says so then.
std::optional<bundle> make_bundle(std::vector<bundle_file> files, std::string& why);

// The same files always give the same bytes.
std::string write_bundle(const bundle& b);

bool looks_like_bundle(std::string_view bytes) noexcept;

// Nothing if anything at all is not as write_bundle would have written it;
// `why` says what, without the file's own words.
std::optional<bundle> read_bundle(std::string_view bytes, std::string& why);

void sign(bundle& b, const ed25519_key& key);

// It is signed by one of the keys.
bool is_signed_by(const bundle& b, std::span<const ed25519_key> keys);

}  // namespace stoplog::config
