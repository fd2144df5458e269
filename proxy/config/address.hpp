// Addresses and URLs of settings.
#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace stoplog::config {

// 127.0.0.1:8080 or [::1]:8080: a numeric address.
std::optional<endpoint> parse_listen_address(std::string_view text);

bool is_loopback(std::string_view host);

struct upstream_url {
  bool https = false;
  endpoint address;
  std::string base_path;  // "" or "/prefix"
};

// https://host[:port][/base]: no user, query, fragment, `..` or empty segment.
std::optional<upstream_url> parse_upstream_url(std::string_view text);

bool is_host_name(std::string_view text);

// "/" or "/one/two": what a route's path must be.
bool is_plain_path(std::string_view text);

}  // namespace stoplog::config
