#include "policy/mask.hpp"

#include "policy/digest.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace stoplog::policy {
namespace {

constexpr std::size_t hash_digits = 12;

struct piece {
  enum class kind : std::uint8_t { text, category, hash, last };
  kind what = kind::text;
  std::string text;
  std::size_t count = 0;  // of `last`
};

struct parsed {
  std::vector<piece> pieces;
  std::string problem;
};

std::optional<piece> place_named(std::string_view name) {
  if (name == "category") return piece{piece::kind::category, {}, 0};
  if (name == "hash") return piece{piece::kind::hash, {}, 0};
  const bool last = name.size() == 6 && name.starts_with("last:") && name[5] >= '1' && name[5] <= '8';
  if (last) return piece{piece::kind::last, {}, static_cast<std::size_t>(name[5] - '0')};
  return std::nullopt;
}

parsed parse(std::string_view mask) {
  parsed all;
  while (!mask.empty()) {
    const std::size_t open = std::min(mask.find('{'), mask.size());
    if (open != 0) all.pieces.push_back({piece::kind::text, std::string(mask.substr(0, open)), 0});
    mask.remove_prefix(open);
    if (mask.empty()) break;
    const std::size_t close = mask.find('}');
    auto place = close == std::string_view::npos ? std::nullopt : place_named(mask.substr(1, close - 1));
    if (!place) {
      all.problem = "a mask knows {category}, {hash} and {last:1} to {last:8}, and no other {";
      return all;
    }
    all.pieces.push_back(std::move(*place));
    mask.remove_prefix(close + 1);
  }
  return all;
}

bool continues_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

std::string_view last_of(std::string_view matched, std::size_t count) {
  std::size_t characters = 0, begin = matched.size();
  for (std::size_t at = matched.size(); at > 0; --at) {
    if (continues_character(matched[at - 1])) continue;
    if (++characters == count) begin = at - 1;
  }
  return characters >= 2 * count ? matched.substr(begin) : std::string_view{};
}

}  // namespace

std::optional<std::string> mask_problem(std::string_view mask) {
  auto read = parse(mask);
  return read.problem.empty() ? std::nullopt : std::optional(std::move(read.problem));
}

void use_mask(const rule& r, std::string_view key, match::rule_spec& into) {
  std::vector<piece> pieces = parse(r.mask).pieces;
  into.mask.clear();
  bool constant = true;
  for (piece& p : pieces) {
    if (p.what == piece::kind::category) p = {piece::kind::text, r.category, 0};
    constant = constant && p.what == piece::kind::text;
    into.mask += p.text;
  }
  if (constant) return;
  into.mask_of = [pieces = std::move(pieces), hash = keyed_hash(key)](std::string& out, std::string_view matched) {
    for (const piece& p : pieces) {
      if (p.what == piece::kind::text) out += p.text;
      else if (p.what == piece::kind::hash) out += hash.of(matched).substr(0, hash_digits);
      else out += last_of(matched, p.count);
    }
  };
}

}  // namespace stoplog::policy
