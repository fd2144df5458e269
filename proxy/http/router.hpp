// Who asks, and where the request goes: clients and routes of the settings.
#pragma once

#include "base/error.hpp"
#include "config/settings.hpp"
#include "http/head.hpp"

#include <optional>
#include <string_view>
#include <unordered_map>

namespace stoplog::http {

class router {
 public:
  explicit router(const config::settings& from);

  // The client whose key stands in Authorization (OpenAI) or X-Api-Key
  // (Anthropic); null where no clients are configured. Two keys must be one
  // client's. Errors: unknown_key.
  result<const config::client*> authenticate(const message_head& asked) const;

  // What follows the route's prefix (for /v1/models under /v1: /models);
  // absent if no route takes the path.
  std::optional<std::string_view> endpoint_path(std::string_view path) const;

  // The first route for this client that lists method and path as opaque; null: none does.
  const config::route* select_opaque(std::string_view method, std::string_view path, const config::client* who) const;

  // The first route that takes path, model and client. Errors: no_route.
  result<const config::route*> select(std::string_view path, std::string_view model, const config::client* who) const;

 private:
  const config::settings& settings_;
  std::unordered_map<std::string, const config::client*> clients_;  // by SHA-256 of the key
};

}  // namespace stoplog::http
