// What only the whole of the settings shows.
#include "config/read_settings.hpp"
#include "config/reach.hpp"
#include "dialect/endpoint.hpp"
#include "policy/did_you_mean.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace stoplog::config {
namespace {

// The node of the i-th item's key; the item itself if it has no such key.
const node& where(const node& list, std::size_t i, std::string_view key) {
  const node* value = list.items[i].find(key);
  return value == nullptr ? list.items[i] : *value;
}

template <class T>
void check_unique(const std::vector<T>& list, std::string T::*name, std::string_view key, const node* n, const char* code, reading& in) {
  std::map<std::string_view, std::uint32_t> lines;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string& value = list[i].*name;
    const node& at = where(*n, i, key);
    if (value.empty()) continue;
    const auto [first, is_new] = lines.emplace(value, at.at.line);
    if (is_new) continue;
    // A hash is no name: which one it is does not help, and it may be a secret's.
    const std::string what = key == "key_hash" ? "this hash" : "\"" + value + "\"";
    in.error(at, code, what + " stands twice; the first is in line " + std::to_string(first->second));
  }
}

template <class T>
std::vector<std::string_view> names_of(const std::vector<T>& list) {
  std::vector<std::string_view> names;
  for (const auto& item : list) {
    if (!item.name.empty()) names.push_back(item.name);
  }
  return names;
}

void check_named(const std::string& name, std::span<const std::string_view> known, const char* what, const node& at,
                 const char* code, reading& in) {
  if (name.empty() || std::find(known.begin(), known.end(), name) != known.end()) return;
  in.error(at, code, "no " + std::string(what) + " is named \"" + name + "\"" + policy::did_you_mean(name, known));
}

void check_listeners(const std::vector<listener>& listeners, const node& n, reading& in) {
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const endpoint& a = listeners[i].address;
      const endpoint& b = listeners[j].address;
      const bool same = !a.host.empty() && a.port != 0 && a.host == b.host && a.port == b.port;
      if (same) in.error(where(n, i, "address"), "E502", "two listeners have this address");
    }
  }
}

void check_reach(const std::vector<route>& routes, const node& n, reading& in) {
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const auto hides = [&](const route& earlier) { return takes_all_of(earlier, routes[i]); };
    const auto end = routes.begin() + static_cast<std::ptrdiff_t>(i);
    const auto earlier = std::find_if(routes.begin(), end, hides);
    if (earlier == end) continue;
    in.warning(n.items[i], "W323", "no request comes here: route \"" + earlier->name + "\" above takes them all");
  }
}

// Whether a dialect covers this path, under whatever prefix and method: another
// spelling must not lead round its scan.
bool is_covered(std::string path) {
  std::transform(path.begin(), path.end(), path.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
    bool known = false;
    dialect::find_endpoint("GET", std::string_view(path).substr(at), known);
    if (known) return true;
  }
  return false;
}

void check_opaque(const route& in_it, const node& n, reading& in) {
  const node* list = n.find("opaque");
  const std::string prefix = in_it.path == "/" ? "/" : in_it.path + '/';
  for (std::size_t i = 0; i < in_it.opaque.size(); ++i) {
    const opaque_endpoint& each = in_it.opaque[i];
    if (each.path.empty()) continue;
    const node& at = where(*list, i, "endpoint");
    const auto same = [&each](const opaque_endpoint& other) { return other.method == each.method && other.path == each.path; };
    if (!each.path.starts_with(prefix)) in.error(at, "E127", "this endpoint is not below the route's path " + in_it.path);
    else if (is_covered(each.path)) in.error(at, "E127", "a dialect scans this endpoint; it cannot be opaque");
    else if (std::find_if(in_it.opaque.begin(), in_it.opaque.end(), same) != in_it.opaque.begin() + static_cast<std::ptrdiff_t>(i)) in.error(at, "E502", "this endpoint stands twice");
  }
}

}  // namespace

void check_settings(const settings& all, const node& root, reading& in) {
  const node* upstreams = root.find("upstreams");
  const node* routes = root.find("routes");
  const node* clients = root.find("clients");
  if (const node* listeners = root.find("listeners")) check_listeners(all.listeners, *listeners, in);
  check_unique(all.upstreams, &upstream::name, "name", upstreams, "E502", in);
  check_unique(all.routes, &route::name, "name", routes, "E502", in);
  check_unique(all.clients, &client::key_id, "key_id", clients, "E502", in);
  check_unique(all.clients, &client::key_sha256, "key_hash", clients, "E502", in);

  const node* audit = root.find("audit");
  const node* sinks = audit == nullptr ? nullptr : audit->find("sinks");
  if (sinks != nullptr) check_unique(all.audit.sinks, &sink::name, "name", sinks, "E502", in);

  const auto upstream_names = names_of(all.upstreams);
  for (std::size_t i = 0; i < all.routes.size(); ++i) {
    check_named(all.routes[i].upstream, upstream_names, "upstream", where(*routes, i, "upstream"), "E501", in);
    check_opaque(all.routes[i], routes->items[i], in);
  }
  if (routes != nullptr) check_reach(all.routes, *routes, in);

  const auto route_names = names_of(all.routes);
  for (std::size_t i = 0; i < all.clients.size(); ++i) {
    const auto& wanted = all.clients[i].routes;
    for (std::size_t j = 0; j < wanted.size(); ++j) {
      check_named(wanted[j], route_names, "route", where(*clients, i, "routes").items[j], "E504", in);
    }
  }
}

}  // namespace stoplog::config
