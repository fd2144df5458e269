#include "http/router.hpp"

#include "base/hex.hpp"
#include "policy/pattern.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace stoplog::http {
namespace {

std::optional<std::string_view> behind_prefix(std::string_view prefix, std::string_view path) {
  if (prefix == "/") return path;
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  if (path.empty() || path.front() == '/') return path;
  return std::nullopt;
}

std::string sha256_hex(std::string_view text) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return to_hex(digest);
}

template <class T>
bool lists(const std::vector<T>& list, const T& what) {
  return list.empty() || std::find(list.begin(), list.end(), what) != list.end();
}

}  // namespace

router::router(const config::settings& from) : settings_(from) {
  for (const auto& each : from.clients) clients_.emplace(each.key_sha256, &each);
}

result<const config::client*> router::authenticate(const message_head& asked) const {
  if (clients_.empty()) return nullptr;
  constexpr std::string_view scheme = "Bearer ";
  const config::client* who = nullptr;
  for (const std::string_view name : {"authorization", "x-api-key"}) {
    if (asked.count(name) > 1) return fail(errc::unknown_key, "two keys in one request");
    std::string_view key = asked.value(name);
    if (asked.count(name) == 0) continue;
    if (name == "authorization") {
      if (!key.starts_with(scheme)) return fail(errc::unknown_key, "an API key is needed: Authorization: Bearer KEY");
      key.remove_prefix(scheme.size());
    }
    // Looked up by digest: the comparison tells nothing about any key.
    const auto found = clients_.find(sha256_hex(key));
    if (found == clients_.end()) return fail(errc::unknown_key, "this API key is not known");
    if (who != nullptr && who != found->second) return fail(errc::unknown_key, "two keys of two clients in one request");
    who = found->second;
  }
  if (who == nullptr) return fail(errc::unknown_key, "an API key is needed: Authorization: Bearer KEY, or X-Api-Key: KEY");
  return who;
}

std::optional<std::string_view> router::endpoint_path(std::string_view path) const {
  for (const auto& each : settings_.routes) {
    if (const auto rest = behind_prefix(each.path, path)) return rest;
  }
  return std::nullopt;
}

const config::route* router::select_opaque(std::string_view method, std::string_view path, const config::client* who) const {
  for (const auto& each : settings_.routes) {
    if (who != nullptr && !lists(who->routes, each.name)) continue;
    const auto is_it = [&](const config::opaque_endpoint& e) { return e.method == method && e.path == path; };
    if (std::any_of(each.opaque.begin(), each.opaque.end(), is_it)) return &each;
  }
  return nullptr;
}

result<const config::route*> router::select(std::string_view path, std::string_view model,
                                            const config::client* who) const {
  for (const auto& each : settings_.routes) {
    if (!behind_prefix(each.path, path)) continue;
    if (who != nullptr && !lists(who->routes, each.name)) continue;
    const auto takes = [model](const std::string& pattern) { return policy::pattern_takes(pattern, model); };
    if (model.empty() || each.models.empty() || std::any_of(each.models.begin(), each.models.end(), takes)) return &each;
  }
  return fail(errc::no_route, "no route takes this model for this key");
}

}  // namespace stoplog::http
