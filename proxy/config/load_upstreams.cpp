// Upstreams, routes and clients of the settings.
#include "config/address.hpp"
#include "config/read_settings.hpp"
#include "config/reference.hpp"
#include "config/scalars.hpp"
#include "config/substitute.hpp"

#include "base/hex.hpp"

#include <algorithm>

namespace stoplog::config {
namespace {

using namespace std::chrono_literals;

void read_url(const node& n, upstream& into, reading& in) {
  const auto text = substituted(n, in);
  if (!text) return;
  auto url = parse_upstream_url(*text);
  // The text may hold a secret by mistake, so it is not told.
  if (!url) {
    return in.error(n, "E123", "not an upstream's URL: http:// or https://, a host, perhaps a port and a path, and nothing else, like https://api.example.com/base");
  }
  into.https = url->https;
  into.address = std::move(url->address);
  into.base_path = std::move(url->base_path);
}

void read_key(const node& n, std::string& into, reading& in) {
  const auto text = substituted(n, in);
  if (!text) return;
  const bool printable = std::all_of(text->begin(), text->end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!printable) return in.error(n, "E124", "the key has a character that no HTTP header may carry");
  if (!has_substitution(n)) {
    in.warning(n, "W322", "a secret stands in this file; use ${env:NAME} or ${file:/path}");
  }
  into = *text;
}

void read_server_name(const node& n, upstream_tls& into, reading& in) {
  const auto text = substituted(n, in);
  if (!text) return;
  if (!is_host_name(*text)) return in.error(n, "E122", "not a host's name, like api.example.com");
  into.server_name = *text;
}

constexpr key<upstream> credentials_keys[] = {
    {"bearer", need::optional, "a secret", "The key that upstream gets as Authorization: Bearer; from ${env:NAME} or ${file:/path}.",
     [](const node& n, upstream& into, reading& in) { read_key(n, into.bearer, in); }},
    {"api_key", need::optional, "a secret", "The same as X-Api-Key, which Anthropic expects. One of the two.",
     [](const node& n, upstream& into, reading& in) { read_key(n, into.api_key, in); }},
};

constexpr key<upstream_tls> upstream_tls_keys[] = {
    {"ca", need::optional, "a path", "A file or folder of trusted authorities. Default: the system's.",
     [](const node& n, upstream_tls& into, reading& in) { read_path(n, into.ca, in); }},
    {"server_name", need::optional, "a host name", "The name that its certificate must have. Default: the URL's host.", read_server_name},
};

constexpr key<upstream_deadlines> upstream_deadlines_keys[] = {
    {"connect", need::optional, "a duration", "Resolve, connect and TLS handshake. Default: 2s.",
     [](const node& n, upstream_deadlines& into, reading& in) { read_duration(n, 1ms, 1h, into.connect, in); }},
    {"first_byte", need::optional, "a duration", "From the request's last byte to the answer's first. Default: 60s.",
     [](const node& n, upstream_deadlines& into, reading& in) { read_duration(n, 1ms, 1h, into.first_byte, in); }},
    {"stream_idle", need::optional, "a duration", "Between two pieces of an answer. Default: 60s.",
     [](const node& n, upstream_deadlines& into, reading& in) { read_duration(n, 1ms, 1h, into.stream_idle, in); }},
    {"total", need::optional, "a duration", "The whole exchange. Default: 10m.",
     [](const node& n, upstream_deadlines& into, reading& in) { read_duration(n, 1ms, 24h, into.total, in); }},
};

constexpr key<upstream> upstream_limits_keys[] = {
    {"connections", need::optional, "a number, 1 to 100000", "Open at once. Default: 256.",
     [](const node& n, upstream& into, reading& in) { read_number(n, 1, 100'000, into.connections, in); }},
};

void read_credentials(const node& n, upstream& into, reading& in) {
  if (!read_object(n, into, credentials_keys, in)) return;
  if ((n.find("bearer") == nullptr) == (n.find("api_key") == nullptr)) {
    in.error(n, "E117", "credentials are one key: `bearer`, or `api_key`");
  }
}

void read_upstream_tls(const node& n, upstream& into, reading& in) { read_object(n, into.tls, upstream_tls_keys, in); }

constexpr key<upstream> upstream_keys[] = {
    {"name", need::required, "a name", "What routes call it.",
     [](const node& n, upstream& into, reading& in) { read_name(n, into.name, in); }},
    {"url", need::required, "a URL", "Scheme, host, perhaps port and base path.", read_url},
    {"credentials", need::optional, "keys: bearer, api_key", "Absent: the client's own Authorization and X-Api-Key are passed on.",
     read_credentials, "credentials"},
    {"tls", need::optional, "keys: ca, server_name", "For https.", read_upstream_tls, "upstream tls"},
    {"deadlines", need::optional, "keys: connect, first_byte, stream_idle, total", "What is given up because it takes too long.",
     [](const node& n, upstream& into, reading& in) { read_object(n, into.deadlines, upstream_deadlines_keys, in); }, "upstream deadlines"},
    {"limits", need::optional, "keys: connections", "What is put off because there is too much of it.",
     [](const node& n, upstream& into, reading& in) { read_object(n, into, upstream_limits_keys, in); }, "upstream limits"},
};

void read_upstream(const node& n, upstream& into, reading& in) {
  if (!read_object(n, into, upstream_keys, in) || into.address.host.empty()) return;
  if (const node* tls = n.find("tls"); tls != nullptr && !into.https) {
    in.error(*tls, "E117", "`tls` belongs to an https URL; leave it out");
  }
  if (!into.https && !(into.bearer.empty() && into.api_key.empty()) && !is_loopback(into.address.host)) {
    in.warning(*n.find("url"), "W324", "the upstream's key would cross the network in clear; use https");
  }
}

void read_route_path(const node& n, route& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  if (!is_plain_path(*text)) return in.error(n, "E122", "not a path: it begins with / and has whole segments, like /v1");
  into.path = *text;
}

void read_opaque_endpoint(const node& n, opaque_endpoint& into, reading& in) {
  const auto* text = scalar_text(n, in);
  if (text == nullptr) return;
  const std::size_t blank = text->find(' ');
  const std::string method = text->substr(0, blank);
  const std::string path = blank == std::string::npos ? std::string() : text->substr(blank + 1);
  if ((method != "GET" && method != "POST") || !is_plain_path(path)) {
    return in.error(n, "E127", "not an endpoint: GET or POST, one blank and the whole path, like POST /v1/audio/transcriptions");
  }
  into.method = method;
  into.path = path;
}

constexpr key<opaque_endpoint> opaque_keys[] = {
    {"endpoint", need::required, "a method and a path", "Exactly this: POST /v1/audio/transcriptions.", read_opaque_endpoint},
    {"reason", need::required, "one line", "Why it may pass unscanned.",
     [](const node& n, opaque_endpoint& into, reading& in) { read_line(n, into.reason, in); }},
};

constexpr key<route> route_keys[] = {
    {"name", need::required, "a name", "What policies and records call it.",
     [](const node& n, route& into, reading& in) { read_name(n, into.name, in); }},
    {"path", need::optional, "a path", "Requests at or below this path. Default: /v1.", read_route_path},
    {"models", need::optional, "a list of patterns", "Only for these models; * takes any run of characters. Default: all.",
     [](const node& n, route& into, reading& in) { read_list(n, into.models, in, read_line); }},
    {"upstream", need::required, "an upstream's name", "Where they go.",
     [](const node& n, route& into, reading& in) { read_name(n, into.upstream, in); }},
    {"opaque", need::optional, "a list of groups: endpoint, reason", "Endpoints that pass unscanned, which no dialect covers. Default: none.",
     [](const node& n, route& into, reading& in) {
       read_list<opaque_endpoint>(n, into.opaque, in, [](const node& item, opaque_endpoint& e, reading& r) { read_object(item, e, opaque_keys, r); });
     }, "opaque"},
};

void read_key_hash(const node& n, client& into, reading& in) {
  const auto text = substituted(n, in);
  if (!text) return;
  constexpr std::string_view prefix = "sha256:";
  const std::string_view digits = std::string_view(*text).substr(std::min(prefix.size(), text->size()));
  const bool good = text->starts_with(prefix) && digits.size() == 64 &&
                    std::all_of(digits.begin(), digits.end(), [](char c) { return hex_digit(c) >= 0; });
  if (!good) return in.error(n, "E124", "not a key's hash: sha256: and 64 lower-case hexadecimal digits");
  into.key_sha256 = digits;
}

constexpr key<client> client_keys[] = {
    {"key_id", need::required, "a name", "What policies and records call the key.",
     [](const node& n, client& into, reading& in) { read_name(n, into.key_id, in); }},
    {"key_hash", need::required, "sha256:<64 digits>", "SHA-256 of the key, so that the key itself stands nowhere.", read_key_hash},
    {"team", need::optional, "a name", "Who it belongs to.",
     [](const node& n, client& into, reading& in) { read_name(n, into.team, in); }},
    {"routes", need::optional, "a list of routes", "The routes it may use. Default: all.",
     [](const node& n, client& into, reading& in) { read_list(n, into.routes, in, read_name); }},
};

void read_route(const node& n, route& into, reading& in) {
  into.place = in.place(n);
  read_object(n, into, route_keys, in);
}

void read_client(const node& n, client& into, reading& in) { read_object(n, into, client_keys, in); }

}  // namespace

void read_listen_address(const node& n, endpoint& into, reading& in) {
  const auto text = substituted(n, in);
  if (!text) return;
  const auto address = parse_listen_address(*text);
  if (!address) return in.error(n, "E122", "not an address to listen on: a numeric one and a port, like 127.0.0.1:8080 or [::1]:8080");
  into = *address;
}

void read_upstreams(const node& n, settings& into, reading& in) { read_list(n, into.upstreams, in, read_upstream); }
void read_routes(const node& n, settings& into, reading& in) { read_list(n, into.routes, in, read_route); }
void read_clients(const node& n, settings& into, reading& in) { read_list(n, into.clients, in, read_client); }

std::vector<object_reference> upstream_reference() {
  return {{"upstreams", reference_of(upstream_keys)},
          {"credentials", reference_of(credentials_keys)},
          {"upstream tls", reference_of(upstream_tls_keys)},
          {"upstream deadlines", reference_of(upstream_deadlines_keys)},
          {"upstream limits", reference_of(upstream_limits_keys)},
          {"routes", reference_of(route_keys)},
          {"opaque", reference_of(opaque_keys)},
          {"clients", reference_of(client_keys)}};
}

}  // namespace stoplog::config
