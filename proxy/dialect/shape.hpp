// The shapes of a wire format's documents as a table: which members an object
// has, and what the strings in it are. One walk gives every value its shape.
#pragma once

#include "base/error.hpp"
#include "base/surface.hpp"
#include "json/document.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace stoplog::dialect {

using shape_id = std::uint8_t;

struct member_shape {
  std::string_view key;
  shape_id shape;
};

struct shape {
  stoplog::channel text = channel::unknown;     // what a string of this shape is
  std::span<const member_shape> members = {};   // of an object of this shape
  shape_id other = 0;                           // members that are not listed; their keys are texts too
  shape_id elements = 0;                        // of an array of this shape
  std::string_view opaque = {};                 // the kind, where the part as a whole cannot be read as text
  bool data = false;                            // a string here may be data (base64) and no text

  // A part that is opaque by its data alone: opaque only where it is data indeed.
  constexpr bool leaf() const noexcept { return data && members.empty(); }
};

// A table and where a document of one kind begins in it.
struct shape_root {
  std::span<const shape> table;
  shape_id root;
};

// Gives the shape of each node; the root has shape `root`. With `strict`, a
// member whose name differs from a listed one only in case is refused with
// malformed_request: another reader could take it for that one.
result<void> give_shapes(const json::document& in, std::span<const shape> table, shape_id root, bool strict,
                         std::vector<shape_id>& shapes);

// Whether the key of this member is a text: its object's shape does not list it.
bool is_free_key(const json::document& in, json::node_id member, std::span<const shape> table,
                 const std::vector<shape_id>& shapes) noexcept;

// The first shape of every table: of what nobody knows.
inline constexpr shape_id unlisted = 0;

// Whether a member with a free key is one that this version does not know, and
// stands in something that it knows: not a name in a schema, or in a tool's arguments.
bool is_unknown(const json::document& in, json::node_id member, const std::vector<shape_id>& shapes) noexcept;

// Whether a string of a `data` shape is data indeed: a data URL in base64, or a
// long run of base64. Anything else there (a link, a name) is a text.
bool is_data(std::string_view text) noexcept;

}  // namespace stoplog::dialect
