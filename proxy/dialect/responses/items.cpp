#include "dialect/responses/items.hpp"

#include <algorithm>
#include <initializer_list>

namespace stoplog::dialect::responses {

using json::document;
using json::kind;
using json::no_node;
using json::node_id;

std::string_view text_at(const document& in, node_id object, std::string_view key) noexcept {
  const node_id id = object == no_node ? no_node : in.find(object, key);
  return id != no_node && in[id].kind == kind::string ? in[id].text : std::string_view{};
}

role speakers::of_item(node_id id) const {
  if (const auto said = role_from(text_at(in_, id, "role")); said && *said != role::none) return *said;
  const std::string_view type = text_at(in_, id, "type");
  if (type.ends_with("_output")) return role::tool;
  const bool model_s = way_ == direction::response || type.ends_with("_call") || type == "reasoning" || type == "mcp_approval_request";
  return model_s ? role::assistant : role::user;
}

role speakers::operator()(node_id id) {
  if (item_ != no_node && in_[id].begin >= in_[item_].end) item_ = no_node;
  if (shapes_[id] == item && in_[id].kind == kind::object) {
    item_ = id;
    speaks_ = of_item(id);
  }
  if (item_ != no_node) return speaks_;
  switch (shapes_[id]) {
    case instructions: return role::system;
    case items: return way_ == direction::request ? role::user : role::assistant;
    case found: return role::user;  // the variables of a prompt
    case content:
    case refusal:
    case reasoning:
    case arguments:
    case tool_name:
    case code:
    case transcript: return role::assistant;  // of events
    default: return role::none;
  }
}

void note_references(const document& in, const std::vector<shape_id>& shapes, std::vector<opaque_part>& opaque) {
  const auto has_any = [&](node_id part, std::initializer_list<std::string_view> keys) {
    return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
      const node_id id = in.find(part, key);
      return id != no_node && in[id].kind != kind::null;
    });
  };
  for (node_id id = 0; id < in.size(); ++id) {
    if (in[id].kind != kind::object || (shapes[id] != item && shapes[id] != content)) continue;
    const std::string_view type = text_at(in, id, "type");
    if (shapes[id] == item) {
      const bool bare = type.empty() && in.find(id, "content") == no_node && in.find(id, "id") != no_node;
      if (type == "item_reference" || bare) opaque.push_back({id, "item_reference"});
    } else if (type == "input_image" || type == "computer_screenshot") {
      if (!has_any(id, {"image_url", "file_id"})) opaque.push_back({id, "image_url"});
    } else if (type == "input_file") {
      if (!has_any(id, {"file_data", "file_id", "file_url"})) opaque.push_back({id, "file"});
    }
  }
}

}  // namespace stoplog::dialect::responses
