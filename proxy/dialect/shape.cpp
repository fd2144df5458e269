#include "dialect/shape.hpp"

#include <algorithm>

namespace stoplog::dialect {
namespace {

const member_shape* find_member(const shape& of, std::string_view key) noexcept {
  const auto at = std::find_if(of.members.begin(), of.members.end(), [key](const member_shape& m) { return m.key == key; });
  return at == of.members.end() ? nullptr : &*at;
}

// Takes one character of `key` as a reader that ignores case does: some fold
// U+017F to s and U+212A to k. 0: nothing that a listed name could have.
char take_folded(std::string_view& key) noexcept {
  if (key.starts_with("\xC5\xBF")) return key.remove_prefix(2), 's';
  if (key.starts_with("\xE2\x84\xAA")) return key.remove_prefix(3), 'k';
  const char c = key.front();
  key.remove_prefix(1);
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool folds_to(std::string_view key, std::string_view name) noexcept {
  for (const char c : name) {
    if (key.empty() || take_folded(key) != c) return false;
  }
  return key.empty();
}

bool is_alias(const shape& of, std::string_view key) noexcept {
  return std::any_of(of.members.begin(), of.members.end(), [key](const member_shape& m) { return folds_to(key, m.key); });
}

}  // namespace

result<void> give_shapes(const json::document& in, std::span<const shape> table, shape_id root, bool strict,
                         std::vector<shape_id>& shapes) {
  shapes.resize(in.size());
  shapes[json::document::root] = root;
  for (json::node_id id = 1; id < in.size(); ++id) {
    const json::node& n = in[id];
    const shape& parent = table[shapes[n.parent]];
    if (in[n.parent].kind == json::kind::array) {
      shapes[id] = parent.elements;
    } else if (const member_shape* known = find_member(parent, n.key)) {
      shapes[id] = known->shape;
    } else if (strict && is_alias(parent, n.key)) {
      return fail(errc::malformed_request, "a member whose name differs from a known one in case only");
    } else {
      shapes[id] = parent.other;
    }
  }
  return {};
}

bool is_free_key(const json::document& in, json::node_id member, std::span<const shape> table,
                 const std::vector<shape_id>& shapes) noexcept {
  const json::node& n = in[member];
  if (n.parent == json::no_node || in[n.parent].kind != json::kind::object || n.key.empty()) return false;
  return find_member(table[shapes[n.parent]], n.key) == nullptr;
}

bool is_unknown(const json::document& in, json::node_id member, const std::vector<shape_id>& shapes) noexcept {
  return shapes[member] == unlisted && shapes[in[member].parent] != unlisted;
}

bool is_data(std::string_view text) noexcept {
  constexpr std::size_t short_enough_to_scan = 256;
  if (folds_to(text.substr(0, 5), "data:")) return text.substr(0, short_enough_to_scan).find(";base64,") != std::string_view::npos;
  const auto in_base64 = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '-' ||
           c == '_' || c == '=' || c == '\r' || c == '\n';
  };
  return text.size() > short_enough_to_scan && std::all_of(text.begin(), text.end(), in_base64);
}

}  // namespace stoplog::dialect
