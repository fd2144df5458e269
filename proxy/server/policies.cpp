#include "config/load.hpp"
#include "config/reach.hpp"
#include "server/server.hpp"

#include <openssl/rand.h>

#include <array>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

namespace stoplog::server {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr const char* key_file = "fingerprint.key";

}  // namespace

std::shared_ptr<const policy::policy_set> load_policies(const config::settings& from, std::string_view fingerprint_key,
                                                        problems& found) {
  config::documents loaded = config::load_policies_of(from, found);
  if (has_errors(found)) return nullptr;
  auto made = policy::policy_set::compile(std::move(loaded.packs), std::move(loaded.policies), fingerprint_key, found,
                                          loaded.bundles.empty() ? std::string_view{} : loaded.bundles.front().head.digest);
  if (has_errors(found) || !made) return nullptr;
  config::check_policies_reach(from, *made, found);
  return has_errors(found) ? nullptr : made;
}

std::optional<std::string> known_fingerprint_key(const std::filesystem::path& audit_directory) {
  std::string key(key_bytes, '\0');
  std::ifstream existing(audit_directory / key_file, std::ios::binary);
  return existing.read(key.data(), key_bytes) ? std::optional(std::move(key)) : std::nullopt;
}

result<std::string> fingerprint_key(const std::filesystem::path& audit_directory) {
  const auto file = audit_directory / key_file;
  if (auto known = known_fingerprint_key(audit_directory)) return std::move(*known);
  std::string key(key_bytes, '\0');
  if (std::filesystem::exists(file)) return fail(errc::audit_unavailable, "fingerprint.key is not readable or too short");
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), key_bytes) != 1) {
    return fail(errc::audit_unavailable, "no randomness for fingerprint.key");
  }
  const int fd = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return fail(errc::audit_unavailable, "fingerprint.key cannot be made");
  const bool written = ::write(fd, key.data(), key_bytes) == static_cast<ssize_t>(key_bytes) && ::fsync(fd) == 0;
  ::close(fd);
  if (!written) return fail(errc::audit_unavailable, "fingerprint.key cannot be written");
  return key;
}

}  // namespace stoplog::server
