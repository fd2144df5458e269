// What requests, answers and events of Anthropic's messages have in common:
// their texts. Unlike the common walk (dialect/collect.hpp) this one looks at
// the types of blocks and sources: only they tell data from text.
#pragma once

#include "dialect/anthropic/messages_shapes.hpp"
#include "dialect/views.hpp"

#include <vector>

namespace stoplog::dialect::anthropic {

// The member's text; empty if it is absent or no string.
std::string_view word(const json::document& in, json::node_id object, std::string_view key) noexcept;

// Of a source: its kind where it cannot be read as text, or nothing.
std::string_view opaque_source(const json::document& in, json::node_id source) noexcept;

// Whether a string is data in base64, and no text for its reader.
bool is_encoded(const json::document& in, json::node_id id, const shape& is) noexcept;

// Whether a reader joins this text block's text with its neighbours'.
bool is_block_text(const json::document& in, json::node_id id) noexcept;

// A thinking that went out with masks does not fit its signature any more, and
// clients send both back as they got them. So its signature is marked in the answer;
// in a request the mark is taken off, and the thinking goes upstream empty: the form
// in which the API itself gives a thinking that is not shown. Its signature carries
// all of it (docs/decisions/0019).
inline constexpr std::string_view masked_mark = "stoplog-masked-";
std::string marked_signature(std::string_view signature);

// Whose a value is, and, of a text that its reader joins with others, their
// common number.
struct ownership {
  stoplog::role role = role::none;
  lane together = no_lane;
};

// Adds every string, every key that no shape lists, the parts that cannot be read
// as text and the members that nobody knows, in document order; `owner(node)` is asked for every value
// once, in that order. Of an answer's data nothing is added but that it is opaque.
template <class Owner, class View>
void collect_texts(const json::document& in, const std::vector<shape_id>& shapes, direction way, Owner&& owner, View& into) {
  const auto table = message_shapes();
  for (json::node_id id = 0; id < in.size(); ++id) {
    const json::node& n = in[id];
    const shape& is = table[shapes[id]];
    const ownership of = owner(id);
    const surface where{way, of.role, is.text};
    if (is_free_key(in, id, table, shapes)) {
      into.texts.push_back({id, where, no_lane, true});
      if (is_unknown(in, id, shapes)) into.unknown.push_back(id);
    }
    const bool string = n.kind == json::kind::string;
    const bool data = string && is_encoded(in, id, is);
    if (shapes[id] == source && n.kind == json::kind::object) {
      const std::string_view kind = opaque_source(in, id);
      if (!kind.empty()) into.opaque.push_back({id, kind});
    } else if (data && is.leaf() && !is.opaque.empty()) {
      into.opaque.push_back({id, is.opaque});
    } else if (shapes[id] == earlier && string && !n.text.empty()) {
      into.opaque.push_back({id, is.opaque});
    } else if (shapes[id] == block && word(in, id, "type") == "container_upload") {
      into.opaque.push_back({id, "file"});
    }
    if (string && !n.text.empty() && (!data || way == direction::request)) into.texts.push_back({id, where, of.together, false, data});
  }
}

}  // namespace stoplog::dialect::anthropic
