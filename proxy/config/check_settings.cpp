// What only the whole of the settings shows.
#include "config/read_settings.hpp"
#include "config/reach.hpp"
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
