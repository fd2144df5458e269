#include "json/document.hpp"

#include <algorithm>
#include <vector>

namespace stoplog::json {
namespace {

// Keys come from outside: only short plain words are repeated in paths, which
// reach records and logs.
bool is_plain_word(std::string_view key) noexcept {
  constexpr std::size_t longest = 48;
  if (key.empty() || key.size() > longest) return false;
  return std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace

node_id document::find(node_id object, std::string_view key) const noexcept {
  if (nodes_[object].kind != kind::object) return no_node;
  for (node_id at = nodes_[object].first_child; at != no_node; at = nodes_[at].next) {
    if (nodes_[at].key == key) return at;
  }
  return no_node;
}

std::string document::path(node_id id) const {
  std::vector<node_id> steps;
  for (; nodes_[id].parent != no_node; id = nodes_[id].parent) steps.push_back(id);
  std::string text;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const node& at = nodes_[*step];
    if (nodes_[at.parent].kind == kind::array) {
      text += '[' + std::to_string(at.index) + ']';
      continue;
    }
    if (!text.empty()) text += '.';
    if (is_plain_word(at.key)) text += at.key;
    else text += '{' + std::to_string(at.index) + '}';
  }
  return text;
}

}  // namespace stoplog::json
