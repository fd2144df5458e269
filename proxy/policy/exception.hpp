// Whom something is for, and what is excused for them for a time.
#pragma once

#include "base/clock.hpp"
#include "base/place.hpp"
#include "base/surface.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stoplog::policy {

// Facts about a request by which a policy is chosen. Empty: unknown.
struct subject {
  std::string route;
  std::string team;
  std::string key_id;
  std::string model;
  std::string dialect;
  // What stays the same over the requests of one conversation (the pseudonym in
  // its records); keyed and hashed, it decides who is in a canary.
  std::string conversation;
};

// Drawn by the key of fingerprints. Without the key that the proxy has nobody
// knows who is among them; then they are looked at as if everybody was.
enum class canaries : std::uint8_t { drawn, enforced };

// An empty list takes everything. Patterns are literal but for `*`, which takes
// any run of characters.
struct selector {
  std::vector<std::string> routes;
  std::vector<std::string> teams;
  std::vector<std::string> keys;
  std::vector<std::string> models;
  std::vector<std::string> dialects;

  bool takes(const subject& who) const;
};

// Matches of these rules, for those of `when`, only get recorded, until then.
struct exception {
  std::string id;
  std::vector<std::string> rules;      // ids
  selector when;
  std::uint8_t directions = 0b11;      // a bit each, by direction
  std::string reason;
  std::string approved_by;
  wall_time expires{};                 // the first instant at which it does not apply
  stoplog::place place;

  bool takes(direction d) const noexcept { return (directions >> static_cast<unsigned>(d) & 1U) != 0; }
  bool expired(wall_time at) const noexcept { return at >= expires; }
  // It says of whom, not only of which rules.
  bool narrowed() const noexcept;
};

}  // namespace stoplog::policy
