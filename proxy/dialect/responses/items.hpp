// Whose text the items of a request or a response are.
#pragma once

#include "dialect/codec.hpp"
#include "dialect/responses/shapes.hpp"

#include <vector>

namespace stoplog::dialect::responses {

// Called for the values of a document in their order.
class speakers {
 public:
  speakers(const json::document& in, const std::vector<shape_id>& shapes, direction way) : in_(in), shapes_(shapes), way_(way) {}

  role operator()(json::node_id id);

  // The item around the value that was asked for last; no_node outside of items.
  json::node_id around() const noexcept { return item_; }

 private:
  role of_item(json::node_id id) const;

  const json::document& in_;
  const std::vector<shape_id>& shapes_;
  direction way_;
  json::node_id item_ = json::no_node;
  role speaks_ = role::none;
};

// The string member `key` of an object; empty if it has none.
std::string_view text_at(const json::document& in, json::node_id object, std::string_view key) noexcept;

// Adds the parts and items that name what cannot be read, and that their own
// members do not tell: references to items, files and images by their type.
void note_references(const json::document& in, const std::vector<shape_id>& shapes, std::vector<opaque_part>& opaque);

}  // namespace stoplog::dialect::responses
